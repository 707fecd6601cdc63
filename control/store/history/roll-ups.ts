import type { PlayRecord } from '#domain/types'

export const DAY_MS = 86_400_000

/** Counters per UTC day. */
export const DIMENSIONS = ['total', 'channel', 'country', 'account', 'point'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Amounts of one key on one day; in a delta they may be negative. */
export interface Amounts {
  plays: number
  /** Openings that never played. */
  refusals: number
  playedMs: number
  bytes: number
}

export interface RollUpRow extends Amounts {
  readonly day: number
  readonly dimension: Dimension
  readonly key: string
}

/** The UTC day of a moment, counted from 1970. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS)

/** An opening that was never seen playing counts as a refusal, not as a play. */
export const hasPlayed = (play: PlayRecord): boolean =>
  play.reason !== 'session.unstarted' &&
  (play.endedAt === null ||
    play.lastSeenAt > play.startedAt ||
    (play.playedMs ?? 0) > 0 ||
    (play.bytes ?? 0) > 0)

/** `48.1|11.6|DE|Munich`: a tenth of a degree is as much as a map of the world shows. */
function pointOf(play: PlayRecord): string | null {
  const { latitude, longitude } = play
  if (latitude === null || longitude === null) return null
  return [latitude.toFixed(1), longitude.toFixed(1), play.country ?? '', play.city ?? ''].join('|')
}

const KEY_OF: Record<Dimension, (play: PlayRecord) => string | null> = {
  total: () => '',
  channel: (play) => play.channel ?? play.title,
  country: (play) => play.country,
  account: (play) => play.account,
  point: pointOf,
}

/** Collects the difference a batch makes to every roll-up. */
export class RollUpDelta {
  readonly #rows = new Map<string, RollUpRow>()

  /** Adds a play as it is now (`sign` 1) or takes it back as it was (−1). */
  count(play: PlayRecord, sign: 1 | -1): void {
    const amounts = amountsOf(play)
    const day = dayOf(play.startedAt)
    for (const dimension of DIMENSIONS) {
      const key = KEY_OF[dimension](play)
      if (key === null) continue
      const row = this.#row(dimension, day, key)
      row.plays += sign * amounts.plays
      row.refusals += sign * amounts.refusals
      row.playedMs += sign * amounts.playedMs
      row.bytes += sign * amounts.bytes
    }
  }

  /** The rows that change. */
  rows(): RollUpRow[] {
    return [...this.#rows.values()].filter(
      (row) => row.plays || row.refusals || row.playedMs || row.bytes,
    )
  }

  #row(dimension: Dimension, day: number, key: string): RollUpRow {
    const name = `${dimension} ${day} ${key}`
    let row = this.#rows.get(name)
    if (row === undefined) {
      row = { day, dimension, key, plays: 0, refusals: 0, playedMs: 0, bytes: 0 }
      this.#rows.set(name, row)
    }
    return row
  }
}

function amountsOf(play: PlayRecord): Amounts {
  if (!hasPlayed(play)) return { plays: 0, refusals: 1, playedMs: 0, bytes: 0 }
  return {
    plays: 1,
    refusals: 0,
    playedMs: Math.trunc(play.playedMs ?? Math.max(0, play.lastSeenAt - play.startedAt)),
    bytes: Math.trunc(play.bytes ?? 0),
  }
}
