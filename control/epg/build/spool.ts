import { type FileHandle, open, rm } from 'node:fs/promises'
import type { SourceProgramme } from '../model/programme.ts'

/** Bytes held in memory before they go to the file. */
const HELD = 16 * 1024 * 1024

/** Bytes that a string costs beside its text. */
const OVERHEAD = 48

/** A copy of a text. What a parser cuts out of a piece of its input keeps the whole piece in memory. */
export const copyOf = (text: string): string => Buffer.from(text).toString()

interface Segment {
  readonly at: number
  readonly length: number
}

const isProgrammes = (value: unknown): value is SourceProgramme[] => Array.isArray(value)

const programmesIn = (text: string): readonly SourceProgramme[] => {
  const read: unknown = JSON.parse(`[${text}]`)
  return isProgrammes(read) ? read : []
}

/** Programmes by channel, in bounded memory: what is too much goes to a file. */
export class ProgrammeSpool {
  private readonly path: string
  private file: FileHandle | null = null
  /** Programmes as JSON. */
  private held = new Map<string, string[]>()
  private bytes = 0
  private size = 0
  private readonly segments = new Map<string, Segment[]>()

  constructor(path: string) {
    this.path = path
  }

  add(channel: string, programme: SourceProgramme): void {
    const text = JSON.stringify(programme)
    const list = this.held.get(channel)
    if (list === undefined) this.held.set(copyOf(channel), [text])
    else list.push(text)
    this.bytes += 2 * text.length + OVERHEAD
  }

  /** Writes what is held where it has become too much; to be called between pieces. */
  async relieve(): Promise<void> {
    if (this.bytes < HELD) return
    this.file ??= await open(this.path, 'w+')
    const parts: Buffer[] = []
    const from = this.size
    for (const [channel, programmes] of this.held) {
      const part = Buffer.from(programmes.join(','))
      parts.push(part)
      const segments = this.segments.get(channel) ?? []
      segments.push({ at: this.size, length: part.length })
      this.segments.set(channel, segments)
      this.size += part.length
    }
    this.held = new Map()
    this.bytes = 0
    await this.file.writev(parts, from)
  }

  /** All programmes of a channel, in the order they came. */
  async read(channel: string): Promise<SourceProgramme[]> {
    const found: SourceProgramme[] = []
    for (const { at, length } of this.segments.get(channel) ?? []) {
      const bytes = Buffer.alloc(length)
      await this.file?.read(bytes, 0, length, at)
      found.push(...programmesIn(bytes.toString()))
    }
    found.push(...programmesIn(this.held.get(channel)?.join(',') ?? ''))
    return found
  }

  async close(): Promise<void> {
    await this.file?.close()
    await rm(this.path, { force: true })
  }
}
