import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Address, parseAddress } from '#domain/networks/network'
import { requireRegular, systemReason } from '../runtime/regular-file.ts'
import { type AsnRanges, AsnReader, type AsnRecord } from './asn-ranges.ts'
import type { GeoFileState, GeoProblem } from './geo-file.ts'

/** The IP version that the name of a file says. */
export const familyOfName = (path: string): 4 | 6 => (/ipv?6/i.test(path) ? 6 : 4)

/** Reads piece by piece, so that requests are answered in between; false where the file goes on behind the last piece. */
const readPieces = async (path: string, reader: AsnReader, most: number): Promise<boolean> => {
  requireRegular(await stat(path))
  const file = await open(path)
  try {
    for (let pieces = 0; pieces < most; pieces += 1) {
      const { bytesRead } = await file.read(reader.room)
      if (bytesRead === 0) return true
      reader.add(bytesRead)
    }
    return false
  } finally {
    await file.close()
  }
}

const readRanges = async (path: string, family: 4 | 6): Promise<AsnRanges> => {
  const reader = new AsnReader(family)
  await readPieces(path, reader, Number.POSITIVE_INFINITY)
  return reader.finish()
}

/** What is wrong with a file, or with where it begins, as such a table; `null` for nothing. */
export const asnCsvProblem = async (path: string, isWhole: boolean): Promise<string | null> => {
  try {
    const reader = new AsnReader(familyOfName(path))
    if (await readPieces(path, reader, isWhole ? Number.POSITIVE_INFINITY : 2)) reader.finish()
    return null
  } catch (error) {
    const reason = systemReason(error)
    if (reason !== null) return reason
    if (error instanceof Error && !('code' in error)) return error.message
    throw error
  }
}

const reasonOf = (error: unknown): string =>
  systemReason(error) ?? (error instanceof Error ? error.message : 'unreadable')

const stampOf = ({ mtimeMs, size, ino }: { mtimeMs: number; size: number; ino: number }): string =>
  `${mtimeMs}-${size}-${ino}`

/**
 * A file of autonomous systems as CSV: `first,last,number,name`, addresses as decimal numbers in ascending order, one family a
 * file.
 */
export class AsnCsv {
  readonly family: 4 | 6
  private readonly path: string
  private readonly onProblem: (problem: GeoProblem) => void
  private ranges: AsnRanges | null = null
  private readAs = ''
  private failure: string | null = null

  constructor(path: string, family: 4 | 6, onProblem: (problem: GeoProblem) => void) {
    this.family = family
    this.path = path
    this.onProblem = onProblem
  }

  /** Whether it was read at least once, with or without success. */
  isUsed(): boolean {
    return this.readAs !== ''
  }

  get state(): GeoFileState {
    const { path, failure, ranges } = this
    return { path, failure, isServing: ranges !== null }
  }

  /** What the table takes in memory. */
  get byteLength(): number {
    return this.ranges?.byteLength ?? 0
  }

  /** The system of an address; `null` where unknown. The first call reads the file, if nothing has yet. */
  get(text: string, address: Address | null = parseAddress(text)): AsnRecord | null {
    if (address?.family !== this.family) return null
    if (!this.isUsed()) this.loadNow()
    return this.ranges?.find(address) ?? null
  }

  /** Reads the file if it has changed; an invalid one is reported, and the content before stays in use. */
  async refresh(): Promise<void> {
    try {
      const stamp = stampOf(await stat(this.path))
      if (stamp === this.readAs) return
      this.readAs = stamp
      this.ranges = await readRanges(this.path, this.family)
      this.failure = null
    } catch (error) {
      this.fail(error)
    }
  }

  private loadNow(): void {
    try {
      const stats = statSync(this.path)
      this.readAs = stampOf(stats)
      requireRegular(stats)
      this.ranges = this.readNow()
    } catch (error) {
      this.fail(error)
    }
  }

  private readNow(): AsnRanges {
    const reader = new AsnReader(this.family)
    const file = openSync(this.path, 'r')
    try {
      for (;;) {
        const bytesRead = readSync(file, reader.room)
        if (bytesRead === 0) return reader.finish()
        reader.add(bytesRead)
      }
    } finally {
      closeSync(file)
    }
  }

  private fail(error: unknown): void {
    this.readAs ||= 'unread'
    const reason = reasonOf(error)
    if (reason !== this.failure) this.onProblem({ path: this.path, reason })
    this.failure = reason
  }
}
