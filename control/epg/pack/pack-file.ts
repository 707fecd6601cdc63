import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { constants, inflateRawSync } from 'node:zlib'
import type { Programme } from '../model/programme.ts'
import { type PackedPart, type PartSum, packPartHere } from './gzip-parts.ts'

/** Where a part lies in the file. */
interface Place extends PartSum {
  readonly at: number
  readonly length: number
}

/** A channel's programmes: as XML for the guide, and as rows for questions about the channel. */
export interface PackedChannel {
  readonly xml: Place
  readonly rows: Place
  readonly count: number
}

/** What a pack holds, written beside it. */
export interface PackIndex {
  /** Hash of all programmes. */
  readonly version: string
  /** Unix ms when it was made. */
  readonly at: number
  readonly channels: Readonly<Record<string, PackedChannel>>
}

type Row = readonly [start: number, stop: number, title: string, lang: string, description: string]

/** Writes a pack: one channel after the other. */
export interface PackWriter {
  add(guideId: string, xml: string, programmes: readonly Programme[]): Promise<void>
  /** Puts the pack in the place of the one before. */
  commit(at: number): Promise<void>
  /** Takes away what was written. */
  discard(): Promise<void>
}

/** Starts a pack at `path`, whose index is `path` with `.json` behind it. */
export const createPackWriter = async (path: string): Promise<PackWriter> => {
  const draft = `${path}.new`
  const file = await open(draft, 'w')
  const channels: Record<string, PackedChannel> = {}
  const hash = createHash('sha256')
  let size = 0
  const append = async ({ bytes, crc, size: plain }: PackedPart): Promise<Place> => {
    const at = size
    await file.write(bytes, 0, bytes.byteLength, at)
    size += bytes.byteLength
    return { at, length: bytes.byteLength, crc, size: plain }
  }
  return {
    add: async (guideId, xml, programmes) => {
      const rows: Row[] = programmes.map((it) => [
        it.start,
        it.stop,
        it.title,
        it.lang,
        it.description,
      ])
      hash.update(`${guideId}\0${xml}\0`)
      channels[guideId] = {
        xml: await append(packPartHere(xml)),
        rows: await append(packPartHere(JSON.stringify(rows))),
        count: programmes.length,
      }
    },
    commit: async (at) => {
      await file.close()
      const index: PackIndex = { version: hash.digest('base64url').slice(0, 16), at, channels }
      await writeFile(`${draft}.json`, JSON.stringify(index))
      await rename(draft, path)
      await rename(`${draft}.json`, `${path}.json`)
    },
    discard: async () => {
      await file.close().catch(() => undefined)
      await rm(draft, { force: true })
    },
  }
}

/** A pack that is read from. */
export interface Pack {
  readonly index: PackIndex
  /** Packed XML of a channel's programmes. */
  xml(channel: PackedChannel): Promise<Uint8Array>
  programmes(channel: PackedChannel): Promise<Programme[]>
  close(): Promise<void>
}

const isIndex = (value: unknown): value is PackIndex =>
  typeof value === 'object' && value !== null && 'version' in value && 'channels' in value

const isRows = (value: unknown): value is Row[] => Array.isArray(value)

const readPart = async (file: FileHandle, { at, length }: Place): Promise<Buffer> => {
  const bytes = Buffer.alloc(length)
  await file.read(bytes, 0, length, at)
  return bytes
}

/** Opens the pack at `path`; `null` where there is none that can be read. */
export const openPack = async (path: string): Promise<Pack | null> => {
  try {
    const index: unknown = JSON.parse(await readFile(`${path}.json`, 'utf8'))
    if (!isIndex(index)) return null
    const file = await open(path, 'r')
    return {
      index,
      xml: async ({ xml }) => await readPart(file, xml),
      programmes: async ({ rows }) => {
        const packed = await readPart(file, rows)
        const text = inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString()
        const read: unknown = JSON.parse(text)
        if (!isRows(read)) return []
        return read.map(([start, stop, title, lang, description]) => ({
          start,
          stop,
          title,
          lang,
          description,
        }))
      },
      close: async () => {
        await file.close()
      },
    }
  } catch {
    return null
  }
}
