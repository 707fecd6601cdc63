import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Address, parseAddress } from '#domain/networks/network'
import { type AsnRanges, AsnReader, type AsnRecord } from './asn-ranges.ts'
import type { GeoProblem } from './geo-file.ts'

/** The IP version that the name of a file says. */
export const familyOfName = (path: string): 4 | 6 => (/ipv?6/i.test(path) ? 6 : 4)

/** Whether a file begins as such a table does; the rest is not read. */
export const beginsAsAsnCsv = async (path: string): Promise<boolean> => {
  const reader = new AsnReader(familyOfName(path))
  const { room } = reader
  const file = await open(path)
  try {
    const { bytesRead } = await file.read(room)
    reader.add(bytesRead)
    if (bytesRead < room.length) reader.finish()
    return true
  } catch (error) {
    // What the system says is another's to tell.
    if (error instanceof Error && 'code' in error) throw error
    return false
  } finally {
    await file.close()
  }
}

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

  constructor(path: string, family: 4 | 6, onProblem: (problem: GeoProblem) => void) {
    this.family = family
    this.path = path
    this.onProblem = onProblem
  }

  /** Whether it was read at least once, with or without success. */
  isUsed(): boolean {
    return this.readAs !== ''
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
      this.ranges = await this.read()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Piece by piece, so that requests are answered in between. */
  private async read(): Promise<AsnRanges> {
    const reader = new AsnReader(this.family)
    const file = await open(this.path)
    try {
      for (;;) {
        const { bytesRead } = await file.read(reader.room)
        if (bytesRead === 0) return reader.finish()
        reader.add(bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  private loadNow(): void {
    try {
      this.readAs = stampOf(statSync(this.path))
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
    const reason = error instanceof Error ? error.message : 'unreadable'
    this.onProblem({ path: this.path, reason })
  }
}
