import { say } from '../../sentences/sentences.ts'
import { EntryBuilder } from './entry-builder.ts'
import { LineSplitter } from './line-splitter.ts'
import type { PlaylistProblem, ReadResult } from './playlist.ts'

/** What a reader may take and how it reads addresses that are not absolute. */
export interface ReaderOptions {
  /** Where the list came from; relative addresses are resolved against it. */
  readonly baseUrl?: string
  readonly maxBytes?: number
  /** Nobody said where the list ends: a last line without an end is told. */
  readonly mayBeCut?: boolean
}

/** Lists larger than this are refused. */
export const maxPlaylistBytes = 100 * 1024 * 1024

/** Reads an M3U list as its bytes arrive; either all of it or nothing comes out. */
export class PlaylistReader {
  private readonly splitter: LineSplitter
  private readonly builder: EntryBuilder
  private readonly maxBytes: number
  private readonly mayBeCut: boolean
  private bytes = 0
  private problem: PlaylistProblem | null = null

  constructor(options: ReaderOptions = {}) {
    this.builder = new EntryBuilder(options.baseUrl ?? null)
    this.maxBytes = options.maxBytes ?? maxPlaylistBytes
    this.mayBeCut = options.mayBeCut ?? false
    this.splitter = new LineSplitter((line, number) => {
      this.problem ??= this.builder.take(line, number)
    })
  }

  /** Takes the next bytes; false once the list is refused, so that the sender may stop. */
  push(bytes: Uint8Array): boolean {
    if (this.problem) return false
    this.bytes += bytes.byteLength
    if (this.bytes > this.maxBytes)
      this.problem = {
        line: null,
        reason: say('playlist.large', { megabytes: Math.floor(this.maxBytes / 1048576) }),
      }
    else {
      const broken = this.splitter.push(bytes)
      this.problem ??= broken
    }
    return this.problem === null
  }

  /** The list, or why it is refused. */
  finish(): ReadResult {
    if (!this.problem) {
      const isOpen = this.splitter.hasRest()
      const broken = this.splitter.finish()
      this.problem ??= broken
      if (isOpen && this.mayBeCut) this.builder.noteOpenEnd()
      this.builder.noteEncoding(this.splitter.guessed())
    }
    return this.problem ? { ok: false, problem: this.problem } : this.builder.finish()
  }
}

/** Reads a list from chunks; stops asking for more once it is refused. */
export const readPlaylist = async (
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReaderOptions = {},
): Promise<ReadResult> => {
  const reader = new PlaylistReader(options)
  for await (const chunk of chunks) if (!reader.push(chunk)) break
  return reader.finish()
}

/** Reads a list from text. */
export const readPlaylistText = (text: string, options: ReaderOptions = {}): ReadResult => {
  const reader = new PlaylistReader(options)
  reader.push(Buffer.from(text))
  return reader.finish()
}
