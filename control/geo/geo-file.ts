import { readFileSync, type Stats, statSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Reader, type Response } from 'maxmind'

/** A file and its error. */
export interface GeoProblem {
  readonly path: string
  readonly reason: string
}

const tailBytes = 128 * 1024
const versionKey = Buffer.from('ip_version')
/** Control byte of an unsigned 16-bit number of one byte (MaxMind DB file format, "Data section"). */
const shortNumber = 0xa1
const probes: Readonly<Record<4 | 6, string>> = { 4: '8.8.8.8', 6: '2001:4860:4860::8888' }

const stampOf = ({ mtimeMs, size, ino }: Stats): string => `${mtimeMs}-${size}-${ino}`

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? 'there is no such file'
    : 'not a readable MaxMind-format file'

/** A reader for the file's content; looks up one address, so that a damaged tree throws here. */
const readerOf = (content: Buffer): Reader<Response> => {
  const reader = new Reader<Response>(content)
  reader.get(probes[reader.metadata.ipVersion === 4 ? 4 : 6])
  return reader
}

/** The IP version of a file, from the metadata at its end, without reading the rest. */
const familyOf = async (path: string): Promise<4 | 6> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, tailBytes)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    const at = buffer.lastIndexOf(versionKey) + versionKey.length
    return buffer[at] === shortNumber && buffer[at + 1] === 4 ? 4 : 6
  } finally {
    await file.close()
  }
}

/** A MaxMind DB file; read at its first use and when it has changed. An invalid file leaves the content before in use. */
export class GeoFile {
  readonly path: string
  readonly family: 4 | 6
  private reader: Reader<Response> | null = null
  private stamp = ''
  private failure = ''
  private readonly report: (problem: GeoProblem) => void

  constructor(path: string, family: 4 | 6, report: (problem: GeoProblem) => void) {
    this.path = path
    this.family = family
    this.report = report
  }

  /** Whether it was read at least once, with or without success. */
  isUsed(): boolean {
    return this.stamp !== ''
  }

  /** The record of an address; the first call reads the file synchronously, which takes about 30 ms. */
  get(address: string): unknown {
    if (!this.reader && this.stamp === '') this.loadNow()
    try {
      return this.reader?.get(address) ?? null
    } catch {
      return null
    }
  }

  /** Reads the file if it has changed. */
  async refresh(): Promise<void> {
    try {
      const stamp = stampOf(await stat(this.path))
      if (stamp === this.stamp) return
      // Set before the file is read, so that an invalid file is reported once and not every minute.
      this.stamp = stamp
      this.reader = readerOf(await readFile(this.path))
      this.failure = ''
      // The file was written to meanwhile: it is read again next time.
      if (stampOf(await stat(this.path)) !== stamp) this.stamp = 'changing'
    } catch (error) {
      this.fail(error)
    }
  }

  /** Reports each failure once, until the file is valid again. */
  private fail(error: unknown): void {
    const reason = reasonOf(error)
    this.stamp ||= 'unread'
    if (this.failure !== `${this.stamp} ${reason}`) this.report({ path: this.path, reason })
    this.failure = `${this.stamp} ${reason}`
  }

  private loadNow(): void {
    try {
      this.stamp = stampOf(statSync(this.path))
      this.reader = readerOf(readFileSync(this.path))
    } catch (error) {
      this.fail(error)
    }
  }
}

/** Opens a file without reading it; a missing one is reported at its first use, and looked for again. */
export const openGeoFile = async (
  path: string,
  report: (problem: GeoProblem) => void,
): Promise<GeoFile> => {
  try {
    return new GeoFile(path, await familyOf(path), report)
  } catch {
    return new GeoFile(path, 6, report)
  }
}
