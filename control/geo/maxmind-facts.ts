import { type FileHandle, open, stat } from 'node:fs/promises'
import { requireRegular } from '../runtime/regular-file.ts'
import { say } from '../sentences/sentences.ts'

/** What a MaxMind-format file says of itself, and what its records hold. */
export interface MaxMindFacts {
  /** Why it is of no use; `null` where it can be read. */
  readonly problem: string | null
  readonly ipVersion: 4 | 6
  /** Unix ms; `null` where it does not say. */
  readonly builtAt: number | null
  /** What its maker calls it, such as `GeoLite2-City`. */
  readonly type: string
  readonly hasCountries: boolean
  readonly hasPositions: boolean
  readonly hasSystems: boolean
}

// MaxMind DB File Format Specification 2.0: metadata within the last 128 KiB, behind this mark; the data behind the tree and 16 zeros.
const TAIL_BYTES = 128 * 1024
const MARK = Buffer.from([0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com')])
const GAP_BYTES = 16
/** Records are written one after the other, each name at its first use. */
const HEAD_BYTES = 1024 * 1024

/** A text of up to 28 bytes as it stands in the file: type 2 and its length, then the bytes. */
const encoded = (text: string): Buffer =>
  Buffer.concat([Buffer.from([(2 << 5) | text.length]), Buffer.from(text)])

/** The offset behind a key of the metadata; -1 where it is not there. */
const behind = (metadata: Buffer, key: string): number => {
  const at = metadata.lastIndexOf(encoded(key))
  return at < 0 ? -1 : at + 1 + key.length
}

/** An unsigned number of the metadata: its size is in the control byte, and behind type 0 the next byte has the type. */
const numberOf = (metadata: Buffer, key: string): number | null => {
  const at = behind(metadata, key)
  const control = metadata[at]
  if (control === undefined) return null
  const first = control >> 5 === 0 ? at + 2 : at + 1
  let value = 0
  for (const byte of metadata.subarray(first, first + (control & 0x1f))) value = value * 256 + byte
  return value
}

const textOf = (metadata: Buffer, key: string): string => {
  const at = behind(metadata, key)
  const length = (metadata[at] ?? 0) & 0x1f
  return at < 0 ? '' : metadata.toString('utf8', at + 1, at + 1 + length)
}

const partOf = async (file: FileHandle, from: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
  return buffer.subarray(0, bytesRead)
}

const PACKED = [
  [0, Buffer.from([0x1f, 0x8b])],
  [0, Buffer.from('PK\x03\x04')],
  [0, Buffer.from('\xfd7zXZ', 'latin1')],
  [0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  [257, Buffer.from('ustar')],
] as const

/** A key so short that it stands in names too (Casnewydd): with a number, a pointer or a text `AS…` behind it. */
const ASN_KEY = /Casn(?:[\xa0-\xa4\xc0-\xc4\x20-\x3f]|[\x40-\x5f]AS\d)/

/** Whether a file begins as archives and packed files do. */
export const isPacked = (head: Buffer): boolean =>
  PACKED.some(([at, magic]) => head.subarray(at, at + magic.length).equals(magic))

const useless = (problem: string): MaxMindFacts => ({
  problem,
  ipVersion: 6,
  builtAt: null,
  type: '',
  hasCountries: false,
  hasPositions: false,
  hasSystems: false,
})

const factsIn = async (file: FileHandle): Promise<MaxMindFacts> => {
  const { size } = await file.stat()
  if (isPacked(await partOf(file, 0, 512))) return useless(say('geo.packed'))
  const tailAt = Math.max(0, size - TAIL_BYTES)
  const tail = await partOf(file, tailAt, size - tailAt)
  const mark = tail.lastIndexOf(MARK)
  const metadata = tail.subarray(mark + MARK.length)
  const [nodes, bits] = [numberOf(metadata, 'node_count'), numberOf(metadata, 'record_size')]
  if (mark < 0 || nodes === null || bits === null) return useless(say('geo.format'))
  const dataAt = (nodes * bits) / 4 + GAP_BYTES
  const gap = await partOf(file, dataAt - GAP_BYTES, GAP_BYTES)
  const isWhole = dataAt <= tailAt + mark && gap.length === GAP_BYTES && gap.every((it) => it === 0)
  if (!isWhole) return useless(say('geo.cut'))
  const records = await partOf(file, dataAt, Math.min(HEAD_BYTES, tailAt + mark - dataAt))
  const has = (...keys: readonly string[]) => keys.some((key) => records.includes(encoded(key)))
  const built = numberOf(metadata, 'build_epoch')
  return {
    problem: null,
    ipVersion: numberOf(metadata, 'ip_version') === 4 ? 4 : 6,
    builtAt: built === null || built === 0 ? null : built * 1000,
    type: textOf(metadata, 'database_type'),
    hasCountries: has('iso_code', 'country_code'),
    hasPositions: has('latitude'),
    hasSystems: has('autonomous_system_number') || ASN_KEY.test(records.toString('latin1')),
  }
}

/** Looks at the end of a file and at where its records begin; it is not read whole. */
export const maxMindFacts = async (path: string): Promise<MaxMindFacts> => {
  requireRegular(await stat(path))
  const file = await open(path)
  try {
    return await factsIn(file)
  } finally {
    await file.close()
  }
}
