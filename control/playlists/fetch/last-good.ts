import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Validators } from './transport.ts'

/** What is kept beside the last good copy of a list. */
export interface GoodCopy extends Validators {
  readonly baseUrl: string | null
  /** When it was read from the source. */
  readonly fetchedAt: number
}

/** A copy being written; it replaces the old one whole or not at all. */
export interface Spool {
  write(chunk: Uint8Array): Promise<void>
  keep(copy: GoodCopy): Promise<void>
  discard(): Promise<void>
}

/** A copy found on disk. */
export interface FoundCopy {
  readonly copy: GoodCopy
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Keeps the last good list of one source, so that a restart serves it even when the source is dead. */
export interface LastGood {
  /** The kept copy; `null` where there is none, or one of another address. */
  find(): Promise<FoundCopy | null>
  begin(): Promise<Spool>
}

/** Where a source's copies lie: `about` names the list file in use, so that replacing `about` replaces both. */
interface Place {
  readonly directory: string
  readonly name: string
  readonly about: string
  readonly mark: string
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const findCopy = async ({ directory, about, mark }: Place): Promise<FoundCopy | null> => {
  const record: unknown = JSON.parse(await readFile(about, 'utf8'))
  if (typeof record !== 'object' || record === null) return null
  const fields = new Map<string, unknown>(Object.entries(record))
  const file = textOrNull(fields.get('file'))
  if (fields.get('location') !== mark || file === null) return null
  const copy = {
    etag: textOrNull(fields.get('etag')),
    lastModified: textOrNull(fields.get('lastModified')),
    baseUrl: textOrNull(fields.get('baseUrl')),
    fetchedAt: Number(fields.get('fetchedAt')) || 0,
  }
  return { copy, chunks: createReadStream(join(directory, file)) }
}

const removeOthers = async ({ directory, name }: Place, file: string): Promise<void> => {
  for (const other of await readdir(directory))
    if (other.startsWith(`${name}.`) && other.endsWith('.m3u') && other !== file)
      await rm(join(directory, other), { force: true })
}

const beginSpool = async (place: Place): Promise<Spool> => {
  const { directory, name, about, mark } = place
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = `${name}.${randomUUID()}.m3u`
  const handle = await open(join(directory, file), 'wx', 0o600)
  return {
    write: async (chunk) => {
      await handle.write(chunk)
    },
    keep: async (copy) => {
      await handle.sync()
      await handle.close()
      const written = JSON.stringify({ location: mark, file, ...copy })
      await writeFile(`${about}.new`, written, { mode: 0o600 })
      await rename(`${about}.new`, about)
      await removeOthers(place, file)
    },
    discard: async () => {
      await handle.close()
      await rm(join(directory, file), { force: true })
    },
  }
}

/** The kept copy of the source `name`; `location` may hold a password, so only its hash is written. */
export const createLastGood = (directory: string, name: string, location: string): LastGood => {
  const mark = createHash('sha256').update(location).digest('base64url')
  const place = { directory, name, about: join(directory, `${name}.json`), mark }
  return {
    find: () => findCopy(place).catch(() => null),
    begin: () => beginSpool(place),
  }
}
