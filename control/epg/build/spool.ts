import { type FileHandle, open, rm } from 'node:fs/promises'
import type { SourceProgramme } from '../model/programme.ts'

/** Bytes of text held in memory before they go to the file. */
const HELD = 32 * 1024 * 1024

interface Segment {
  readonly at: number
  readonly length: number
}

const isProgrammes = (value: unknown): value is SourceProgramme[] => Array.isArray(value)

/** Programmes by channel, in bounded memory: what is too much goes to a file. */
export class ProgrammeSpool {
  private readonly path: string
  private file: FileHandle | null = null
  private held = new Map<string, SourceProgramme[]>()
  private bytes = 0
  private size = 0
  private readonly segments = new Map<string, Segment[]>()

  constructor(path: string) {
    this.path = path
  }

  add(channel: string, programme: SourceProgramme): void {
    const list = this.held.get(channel)
    if (list === undefined) this.held.set(channel, [programme])
    else list.push(programme)
    const { inner, title, description } = programme
    this.bytes += 2 * (inner.length + title.length + description.length) + 200
  }

  /** Writes what is held where it has become too much; to be called between pieces. */
  async relieve(): Promise<void> {
    if (this.bytes < HELD) return
    this.file ??= await open(this.path, 'w+')
    for (const [channel, programmes] of this.held) {
      const text = Buffer.from(JSON.stringify(programmes))
      await this.file.write(text, 0, text.length, this.size)
      const segments = this.segments.get(channel) ?? []
      segments.push({ at: this.size, length: text.length })
      this.segments.set(channel, segments)
      this.size += text.length
    }
    this.held = new Map()
    this.bytes = 0
  }

  /** All programmes of a channel, in the order they came. */
  async read(channel: string): Promise<SourceProgramme[]> {
    const found: SourceProgramme[] = []
    for (const { at, length } of this.segments.get(channel) ?? []) {
      const bytes = Buffer.alloc(length)
      await this.file?.read(bytes, 0, length, at)
      const read: unknown = JSON.parse(bytes.toString())
      if (isProgrammes(read)) for (const programme of read) found.push(programme)
    }
    for (const programme of this.held.get(channel) ?? []) found.push(programme)
    return found
  }

  async close(): Promise<void> {
    await this.file?.close()
    await rm(this.path, { force: true })
  }
}
