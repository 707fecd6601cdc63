import type { AccountRef, PlayRecord } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import { amountsWithin, END, endOfPlay } from './play-span.ts'
import { type Amounts, hasPlayed } from './roll-ups.ts'

/** A quarter of an hour in milliseconds: days and hours of every time zone begin with one. */
export const QUARTER_MS = 900_000

/** Plays that took longer are counted from the plays themselves, ms. */
const LONG_MS = 172_800_000

/** Whether a play is counted in no quarter, in SQL; as the index of `play_rows` has it. */
export const LONG = `${END} - started_at > ${LONG_MS}`

/** SQL of the plays that quarters count and that may have run in a span (Unix ms). */
export const startsOfShort = (from: string, to: string): string =>
  `started_at >= ${from} - ${LONG_MS} and started_at < ${to} and not (${LONG})`

/** Amounts of one quarter; plays that had begun before it stand apart. */
export interface QuarterAmounts extends Amounts {
  carried: number
}

/** What a play comes to in each quarter (counted from 1970) it ran. */
const partsOf = (play: PlayRecord): [number, QuarterAmounts][] => {
  const { startedAt } = play
  const end = endOfPlay(play)
  if (end - startedAt > LONG_MS) return []
  const first = Math.floor(startedAt / QUARTER_MS)
  const nothing = { plays: 0, refusals: 0, carried: 0, playedMs: 0, bytes: 0 }
  if (!hasPlayed(play)) return [[first, { ...nothing, refusals: 1 }]]
  const last = end > startedAt ? Math.floor((end - 1) / QUARTER_MS) : first
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const from = (first + i) * QUARTER_MS
    const amounts = amountsWithin(play, from, from + QUARTER_MS)
    const counted = i === 0 ? { plays: 1 } : { carried: 1 }
    return [first + i, { ...nothing, ...counted, ...amounts }]
  })
}

/** Collects the difference a batch makes to the quarters. */
export class QuarterDelta {
  readonly totals = new Map<number, QuarterAmounts>()
  /** By account: how many more of its plays ran in a quarter. */
  readonly accounts = new Map<AccountRef, Map<number, number>>()

  /** Adds a play as it is now (`sign` 1) or takes it back as it was (−1). */
  count(play: PlayRecord, sign: 1 | -1): void {
    const watched = isPseudoUser(play.account) ? null : this.#quartersOf(play.account)
    for (const [quarter, part] of partsOf(play)) {
      const ran = part.plays + part.carried
      if (watched !== null && ran > 0)
        watched.set(quarter, (watched.get(quarter) ?? 0) + sign * ran)
      this.#add(quarter, part, sign)
    }
  }

  #quartersOf(account: AccountRef): Map<number, number> {
    const known = this.accounts.get(account)
    if (known !== undefined) return known
    const none = new Map<number, number>()
    this.accounts.set(account, none)
    return none
  }

  #add(quarter: number, part: QuarterAmounts, sign: 1 | -1): void {
    const total = this.totals.get(quarter)
    if (total === undefined) {
      this.totals.set(quarter, {
        plays: sign * part.plays,
        refusals: sign * part.refusals,
        carried: sign * part.carried,
        playedMs: sign * part.playedMs,
        bytes: sign * part.bytes,
      })
      return
    }
    total.plays += sign * part.plays
    total.refusals += sign * part.refusals
    total.carried += sign * part.carried
    total.playedMs += sign * part.playedMs
    total.bytes += sign * part.bytes
  }
}
