import type { PlayRecord } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import { plainText } from '../../sql/plain-text.ts'
import { amountsWithin, endOfPlay } from './play-span.ts'

/** A day in milliseconds. */
export const DAY_MS = 86_400_000

/** Counters per UTC day. */
export const DIMENSIONS = [
  'total',
  'channel',
  'country',
  'account',
  'point',
  'device',
  'edge',
  'delivery',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** The number that stands for a dimension, as `dimension_number` of PostgreSQL. */
export const numberOf = (dimension: Dimension): number => DIMENSIONS.indexOf(dimension) + 1

/** Amounts of one key on one day; in a delta they may be negative. */
export interface Amounts {
  /** Plays that ran. */
  plays: number
  /** Openings that never played. */
  refusals: number
  playedMs: number
  bytes: number
}

export interface RollUpRow extends Amounts {
  /** Plays that had begun on a day before; `plays` are those that began on it. */
  carried: number
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
  account: ({ account }) => (isPseudoUser(account) ? null : account),
  point: pointOf,
  device: (play) => play.platform ?? play.client,
  edge: (play) => play.source,
  delivery: (play) => play.delivery ?? null,
}

/** Collects the difference a batch makes to every roll-up. */
export class RollUpDelta {
  readonly #rows = new Map<string, RollUpRow>()
  readonly #firstDay: number

  /** Days before `firstDay` are left out. */
  constructor(firstDay = Number.NEGATIVE_INFINITY) {
    this.#firstDay = firstDay
  }

  /** Adds a play as it is now (`sign` 1) or takes it back as it was (−1). */
  count(play: PlayRecord, sign: 1 | -1): void {
    for (const [day, part] of partsOf(play)) {
      if (day < this.#firstDay) continue
      for (const dimension of DIMENSIONS) {
        const key = KEY_OF[dimension](play)
        if (key !== null) addTo(this.#row(dimension, day, plainText(key)), part, sign)
      }
    }
  }

  /** The rows that change. */
  rows(): RollUpRow[] {
    return [...this.#rows.values()].filter(
      (row) => row.plays || row.carried || row.refusals || row.playedMs || row.bytes,
    )
  }

  #row(dimension: Dimension, day: number, key: string): RollUpRow {
    const name = `${dimension} ${day} ${key}`
    let row = this.#rows.get(name)
    if (row === undefined) {
      row = { day, dimension, key, ...NOTHING }
      this.#rows.set(name, row)
    }
    return row
  }
}

type Part = Amounts & { carried: number }

const NOTHING: Readonly<Part> = {
  plays: 0,
  carried: 0,
  refusals: 0,
  playedMs: 0,
  bytes: 0,
}

function addTo(row: Part, part: Readonly<Part>, sign: 1 | -1): void {
  row.plays += sign * part.plays
  row.carried += sign * part.carried
  row.refusals += sign * part.refusals
  row.playedMs += sign * part.playedMs
  row.bytes += sign * part.bytes
}

/** No play lasts longer; what claims to is counted for so many days. */
export const DAYS_AT_MOST = 400

/** What a play comes to on each day it ran. */
function partsOf(play: PlayRecord): [number, Part][] {
  const first = dayOf(play.startedAt)
  if (!hasPlayed(play)) return [[first, { ...NOTHING, refusals: 1 }]]
  const end = endOfPlay(play)
  const last = end > play.startedAt ? dayOf(end - 1) : first
  const count = Math.min(DAYS_AT_MOST, last - first + 1)
  return Array.from({ length: count }, (_, i) => {
    const day = first + i
    const isLast = i === count - 1
    const to = isLast ? Number.POSITIVE_INFINITY : (day + 1) * DAY_MS
    const amounts = amountsWithin(play, day * DAY_MS, to)
    const counted = i === 0 ? { plays: 1 } : { carried: 1 }
    return [day, { ...NOTHING, ...counted, ...amounts }]
  })
}
