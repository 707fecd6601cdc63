import { createHash } from 'node:crypto'
import { yieldToEventLoop } from '../catalogue/yield-to-event-loop.ts'
import type { Playlist, PlaylistProblem } from '../m3u/playlist.ts'
import { PlaylistReader, type ReaderOptions } from '../m3u/reader.ts'
import { gunzipIfNeeded } from './gunzip.ts'
import type { GoodCopy, LastGood, Spool } from './last-good.ts'
import { reasonOf, type Transfer, type Transport } from './transport.ts'

/** Status of a source, for status pages and alerts. */
export interface SourceStatus {
  readonly name: string
  /** Whether the last fetch succeeded. */
  readonly ok: boolean
  readonly error: PlaylistProblem | null
  readonly channels: number
  readonly warnings: readonly string[]
  /** When the list in use was read; `null` without one. */
  readonly fetchedAt: number | null
  readonly checkedAt: number | null
  readonly etag: string | null
}

/** What a source is made of. */
export interface SourceParts {
  readonly name: string
  readonly transport: Transport
  readonly lastGood: LastGood
  readonly now: () => number
  readonly maxBytes?: number
}

/** Result of one fetch of a source. */
export type RefreshOutcome = 'changed' | 'unchanged' | 'failed'

/** Bytes that are read at once: some hundred entries. */
const PIECE = 64 * 1024

/** What comes in any pieces, in small ones with a turn of the event loop between them. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE) {
      yield chunk.subarray(at, at + PIECE)
      await yieldToEventLoop()
    }
}

type Body = Extract<Transfer, { kind: 'body' }>

/** One list, read again and again; a broken answer never replaces a good one. */
export class PlaylistSource {
  readonly name: string
  private readonly parts: SourceParts
  private current: Playlist | null = null
  private copy: GoodCopy | null = null
  private error: PlaylistProblem | null = null
  private checkedAt: number | null = null
  /** Hash of the list in use, for servers that send the same again and again. */
  private digest = ''
  private running: Promise<RefreshOutcome> | null = null

  constructor(parts: SourceParts) {
    this.parts = parts
    this.name = parts.name
  }

  /** The list in use. */
  playlist(): Playlist | null {
    return this.current
  }

  status(): SourceStatus {
    return {
      name: this.name,
      ok: this.error === null && this.current !== null,
      error: this.error,
      channels: this.current?.entries.length ?? 0,
      warnings: this.current?.warnings ?? [],
      fetchedAt: this.copy?.fetchedAt ?? null,
      checkedAt: this.checkedAt,
      etag: this.copy?.etag ?? null,
    }
  }

  /** Takes up the copy kept by an earlier run; true when there was a good one. */
  async restore(): Promise<boolean> {
    const found = await this.parts.lastGood.find()
    if (!found) return false
    try {
      const reader = this.readerFor(found.copy.baseUrl)
      const hash = createHash('sha256').update(found.copy.baseUrl ?? '')
      for await (const chunk of inPieces(found.chunks)) {
        if (!reader.push(chunk)) break
        hash.update(chunk)
      }
      const result = reader.finish()
      if (!result.ok) return false
      this.current = result.playlist
      this.copy = found.copy
      this.digest = hash.digest('base64')
      return true
    } catch {
      return false
    }
  }

  /** Fetches the source once; overlapping calls share one fetch. */
  refresh(): Promise<RefreshOutcome> {
    this.running ??= this.look().finally(() => {
      this.running = null
    })
    return this.running
  }

  private readerFor(baseUrl: string | null, mayBeCut = false): PlaylistReader {
    const { maxBytes } = this.parts
    const options: ReaderOptions = {
      mayBeCut,
      ...(baseUrl === null ? {} : { baseUrl }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    }
    return new PlaylistReader(options)
  }

  private async look(): Promise<RefreshOutcome> {
    const transfer = await this.parts.transport(this.current ? this.copy : null)
    this.checkedAt = this.parts.now()
    if (transfer.kind === 'failed') return this.fail({ line: null, reason: transfer.reason })
    if (transfer.kind === 'body') return this.take(transfer)
    this.error = null
    return 'unchanged'
  }

  private fail(problem: PlaylistProblem): RefreshOutcome {
    this.error = problem
    return 'failed'
  }

  private replace(playlist: Playlist, digest: string): RefreshOutcome {
    if (digest === this.digest) return 'unchanged'
    this.current = playlist
    this.digest = digest
    return 'changed'
  }

  private async take(body: Body): Promise<RefreshOutcome> {
    let spool: Spool | null = null
    try {
      spool = await this.parts.lastGood.begin()
      const reader = this.readerFor(body.baseUrl, body.mayBeCut)
      const hash = createHash('sha256').update(body.baseUrl ?? '')
      for await (const chunk of inPieces(gunzipIfNeeded(body.chunks))) {
        if (!reader.push(chunk)) break
        hash.update(chunk)
        await spool.write(chunk)
      }
      const result = reader.finish()
      if (!result.ok) {
        await spool.discard()
        return this.fail(result.problem)
      }
      const copy = { ...body.validators, baseUrl: body.baseUrl, fetchedAt: this.parts.now() }
      await spool.keep(copy)
      this.copy = copy
      this.error = null
      return this.replace(result.playlist, hash.digest('base64'))
    } catch (error) {
      await spool?.discard().catch(() => undefined)
      return this.fail({ line: null, reason: reasonOf(error) })
    }
  }
}
