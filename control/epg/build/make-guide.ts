import { reasonOf } from '../../playlists/fetch/transport.ts'
import type { WantedChannel } from '../model/match.ts'
import { type PictureJob, picturesOf } from '../model/pictures.ts'
import { buildGuide } from './build-guide.ts'
import { readSource, type SourceRead } from './read-source.ts'

/** A source to be read. */
export interface JobSource {
  readonly name: string
  /** IANA zone of times without an offset; UTC when `null`. */
  readonly zone: string | null
  /** Its copies on disk: the first that can be read is taken. */
  readonly paths: readonly string[]
}

/** Everything a guide is made from; it can be sent to another thread. */
export interface GuideJob {
  /** Where `guide.pack` is written, and what has no room in memory. */
  readonly folder: string
  readonly wanted: readonly WantedChannel[]
  readonly mapping: Readonly<Record<string, string>>
  /** In the order of the configuration. */
  readonly sources: readonly JobSource[]
  readonly nowSec: number
  /** How pictures come through the edge; `null` = none do. */
  readonly pictures?: PictureJob | null
  /** Passwords of the provider, which no address in a guide may show. */
  readonly passwords?: readonly string[]
}

/** How the reading of a source went. */
export interface SourceOutcome {
  readonly name: string
  /** Copies that could not be read, in the order of the attempts. */
  readonly bad: readonly { readonly path: string; readonly reason: string }[]
  /** The copy that was read, and what it holds; `null` where none could be. */
  readonly read: {
    readonly path: string
    readonly channels: number
    readonly programmes: number
    readonly bad: number
    readonly mended: number
  } | null
}

/** What came of a job. */
export interface GuideOutcome {
  readonly sources: readonly SourceOutcome[]
  /** Guide ids of channels that no source has; `null` where no source could be read, and there is no new guide. */
  readonly unmatched: readonly string[] | null
}

/** Makes a guide. Rejects where it cannot be written, or `signal` asks to leave it; the one before stays. */
export type MakeGuide = (job: GuideJob, signal: AbortSignal) => Promise<GuideOutcome>

const readFirst = async (
  { name, zone, paths }: JobSource,
  { folder, wanted, mapping }: GuideJob,
): Promise<{ readonly outcome: SourceOutcome; readonly read: SourceRead | null }> => {
  const bad: SourceOutcome['bad'][number][] = []
  for (const path of paths)
    try {
      const read = await readSource(path, wanted, {
        zone,
        mapping,
        spoolPath: `${folder}/spool-${name}`,
      })
      const { channels, programmes, mended } = read
      const counts = { channels: channels.length, programmes, bad: read.bad, mended }
      return { outcome: { name, bad, read: { path, ...counts } }, read }
    } catch (error) {
      bad.push({ path, reason: reasonOf(error) })
    }
  return { outcome: { name, bad, read: null }, read: null }
}

/** {@link MakeGuide} in the calling thread, which is busy meanwhile. */
export const makeGuide = async (job: GuideJob): Promise<GuideOutcome> => {
  const outcomes: SourceOutcome[] = []
  const sources: SourceRead[] = []
  try {
    for (const source of job.sources) {
      const { outcome, read } = await readFirst(source, job)
      outcomes.push(outcome)
      if (read !== null) sources.push(read)
    }
    const unmatched =
      sources.length === 0
        ? null
        : await buildGuide(
            { ...job, sources, pictures: picturesOf(job.pictures, job.passwords) },
            job.folder,
          )
    return { sources: outcomes, unmatched }
  } finally {
    for (const { spool } of sources) await spool.close()
  }
}
