import { readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Reader, type Response } from 'maxmind'
import { requireRegular, systemReason } from '../runtime/regular-file.ts'
import { say } from '../sentences/sentences.ts'
import { maxMindFacts } from './maxmind-facts.ts'

/** A file and its error. */
export interface GeoProblem {
  readonly path: string
  readonly reason: string
}

/** What became of a file when it was last read. */
export interface GeoFileState {
  readonly path: string
  /** Why it could not be read; `null` where it could, or has not been needed yet. */
  readonly failure: string | null
  /** Whether what was read of it, now or before, is in use. */
  readonly isServing: boolean
}

const probes: Readonly<Record<4 | 6, string>> = { 4: '8.8.8.8', 6: '2001:4860:4860::8888' }

const stampOf = ({ mtimeMs, size, ino }: Stats): string => `${mtimeMs}-${size}-${ino}`

/** A reader for the file's content; looks up one address, so that a damaged tree throws here. */
const readerOf = (content: Buffer): Reader<Response> => {
  const reader = new Reader<Response>(content)
  reader.get(probes[reader.metadata.ipVersion === 4 ? 4 : 6])
  return reader
}

/** A MaxMind DB file; read at its first use and when it has changed. An invalid file leaves the content before in use. */
export class GeoFile {
  readonly path: string
  readonly family: 4 | 6
  private reader: Reader<Response> | null = null
  private stamp = ''
  /** Stamp and reason. */
  private failure: readonly [string, string] | null = null
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

  get state(): GeoFileState {
    const { path, failure, reader } = this
    return { path, failure: failure?.[1] ?? null, isServing: reader !== null }
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
      const stats = await stat(this.path)
      const stamp = stampOf(stats)
      if (stamp === this.stamp) return
      // Set before the file is read, so that an invalid file is reported once and not every minute.
      this.stamp = stamp
      requireRegular(stats)
      this.reader = readerOf(await readFile(this.path))
      this.failure = null
      // The file was written to meanwhile: it is read again next time.
      if (stampOf(await stat(this.path)) !== stamp) this.stamp = 'changing'
    } catch (error) {
      this.fail(error)
    }
  }

  /** Reports each failure once, until the file is valid again. */
  private fail(error: unknown): void {
    const reason = systemReason(error) ?? say('geo.format')
    this.stamp ||= 'unread'
    const isKnown = this.failure?.[0] === this.stamp && this.failure[1] === reason
    if (!isKnown) this.report({ path: this.path, reason })
    this.failure = [this.stamp, reason]
  }

  private loadNow(): void {
    try {
      const stats = statSync(this.path)
      this.stamp = stampOf(stats)
      requireRegular(stats)
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
    return new GeoFile(path, (await maxMindFacts(path)).ipVersion, report)
  } catch {
    return new GeoFile(path, 6, report)
  }
}
