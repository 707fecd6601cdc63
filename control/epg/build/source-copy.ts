import { createWriteStream } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  fileTransport,
  reasonOf,
  type Transport,
  urlTransport,
  type Validators,
} from '../../playlists/fetch/transport.ts'

/** Where a guide comes from. */
export interface GuideSource {
  readonly name: string
  readonly file: string | undefined
  readonly url: string | undefined
  readonly refreshMs: number
  /** IANA zone of times without an offset; UTC when `null`. */
  readonly zone: string | null
}

/** How long the whole transfer of a guide may take. */
const TRANSFER_MS = 600_000

const isThere = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  )

const isValidators = (value: unknown): value is Validators =>
  typeof value === 'object' && value !== null && 'etag' in value

const NEW = '.new'

/** Whether a copy is the new one. */
export const isNewCopy = (path: string): boolean => path.endsWith(NEW)

/** The copies of a source on disk: the last good one, and a new one until it has been read. */
export class SourceCopy {
  readonly setting: GuideSource
  private readonly path: string
  private readonly transport: Transport
  private fresh: Validators | null = null

  constructor(setting: GuideSource, path: string) {
    this.setting = setting
    this.path = path
    const { file, url = '' } = setting
    this.transport = file === undefined ? urlTransport(url, TRANSFER_MS) : fileTransport(file)
  }

  private async validators(): Promise<Validators | null> {
    try {
      const known: unknown = JSON.parse(await readFile(`${this.path}.json`, 'utf8'))
      return isValidators(known) && (await isThere(this.path)) ? known : null
    } catch {
      return null
    }
  }

  /** Fetches it where it changed: whether it did, or why it could not be had. */
  async fetch(): Promise<'changed' | 'unchanged' | { readonly error: string }> {
    const transfer = await this.transport(await this.validators())
    if (transfer.kind === 'unchanged') return 'unchanged'
    if (transfer.kind === 'failed') return { error: transfer.reason }
    try {
      await pipeline(Readable.from(transfer.chunks), createWriteStream(`${this.path}${NEW}`))
    } catch (error) {
      await rm(`${this.path}${NEW}`, { force: true })
      return { error: reasonOf(error) }
    }
    this.fresh = transfer.validators
    return 'changed'
  }

  /** The copies that may be read, the newest first. */
  async paths(): Promise<string[]> {
    const both = [`${this.path}${NEW}`, this.path]
    const there = await Promise.all(both.map(isThere))
    return both.filter((_, index) => there[index])
  }

  /** The new copy was read and is good. */
  async accept(): Promise<void> {
    await rename(`${this.path}${NEW}`, this.path)
    await writeFile(
      `${this.path}.json`,
      JSON.stringify(this.fresh ?? { etag: null, lastModified: null }),
    )
  }

  /** The new copy is none. */
  async reject(): Promise<void> {
    await rm(`${this.path}${NEW}`, { force: true })
  }
}
