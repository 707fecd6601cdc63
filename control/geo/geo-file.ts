import { readFileSync, type Stats, statSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Reader, type Response } from 'maxmind'

/** Called with a file and its error. */
export interface GeoProblem {
  readonly path: string
  readonly reason: string
}

const tailBytes = 128 * 1024
const versionKey = Buffer.from('ip_version')
/** Control byte of a one-byte unsigned 16-bit number. */
const shortNumber = 0xa1
const probes: Readonly<Record<4 | 6, string>> = { 4: '8.8.8.8', 6: '2001:4860:4860::8888' }

const stampOf = ({ mtimeMs, size, ino }: Stats): string => `${mtimeMs}-${size}-${ino}`

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? 'there is no such file'
    : 'not a readable MaxMind-format file'

/** A reader that has answered once, so that a damaged tree shows before it is used. */
const readerOf = (content: Buffer): Reader<Response> => {
  const reader = new Reader<Response>(content)
  reader.get(probes[reader.metadata.ipVersion === 4 ? 4 : 6])
  return reader
}

/** The family a file is made for, from its metadata at the end, without reading the file. */
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

/** One geo file; read when first needed, read again when it changes, kept when the new one is bad. */
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

  /** Whether it was read at least once, successfully or not. */
  isUsed(): boolean {
    return this.stamp !== ''
  }

  /** The record of an address; the first call of a lazy file reads it at once, which takes some 30 ms. */
  get(address: string): unknown {
    if (!this.reader && this.stamp === '') this.loadNow()
    try {
      return this.reader?.get(address) ?? null
    } catch {
      return null
    }
  }

  /** Reads the file if it is another than the one in use. */
  async refresh(): Promise<void> {
    try {
      const stamp = stampOf(await stat(this.path))
      if (stamp === this.stamp) return
      // Remembered before it is read, so that a bad file is reported once and not every minute.
      this.stamp = stamp
      this.reader = readerOf(await readFile(this.path))
      this.failure = ''
      // Written to meanwhile: what was read may be half of each, so look again next time.
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

/** Opens a file without reading it; a missing one is reported when it is needed, and looked for again. */
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
