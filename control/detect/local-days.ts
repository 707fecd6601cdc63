import type { PlayRecord } from '#domain/types'
import { watchedUntil } from './watched.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Hour of local time at which a household's day begins. */
const ASLEEP_AT = 5

/** Weight of that hour against the watching time at it, as a share of all. */
const HABIT = 0.3

/** Which day of the household a moment belongs to: whole numbers, one apart from day to day. */
export type DayOf = (at: number) => number

/** A time zone's distance from UTC at a moment, in milliseconds. */
export type OffsetOf = (at: number) => number

/** Whether a text names a time zone of the IANA database. */
export const isTimeZone = (text: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The offset of a named zone, summer time and all; throws a RangeError for an unknown name. */
export const offsetOfZone = (zone: string): OffsetOf => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const known = new Map<number, number>()
  return (at) => {
    const hour = Math.floor(at / HOUR_MS)
    const before = known.get(hour)
    if (before !== undefined) return before
    const name = format.formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? 'GMT'
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(name) ?? []
    const ms = (Number(hours) * 60 + Number(minutes)) * 60_000
    const offset = sign === '-' ? -ms : ms
    known.set(hour, offset)
    return offset
  }
}

/** The sun's time where most of the plays are, in whole hours. */
const sunOffset = (plays: readonly PlayRecord[]): number => {
  const counts = new Map<number, number>()
  for (const { isLan, longitude } of plays) {
    if (isLan || longitude === null) continue
    const hours = Math.round(longitude / 15)
    counts.set(hours, (counts.get(hours) ?? 0) + 1)
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || a - b)
  return (ranked[0]?.[0] ?? 0) * HOUR_MS
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

const apart = (a: number, b: number): number => Math.min((a - b + 24) % 24, (b - a + 24) % 24)

/** How much was watched in each hour of the day. */
const watchedPerHour = (plays: readonly PlayRecord[], offset: OffsetOf): number[] => {
  const sums = HOURS.map(() => 0)
  for (const play of plays) {
    const until = watchedUntil(play)
    for (let at = play.startedAt; at < until; ) {
      const next = Math.min(until, (Math.floor(at / HOUR_MS) + 1) * HOUR_MS)
      const hour = Math.floor(((at + offset(at)) / HOUR_MS) % 24)
      sums[hour] = (sums[hour] ?? 0) + (next - at)
      at = next
    }
  }
  return sums
}

/** The hour with the least watching time, preferably at night. */
const quietHour = (sums: readonly number[]): number => {
  const total = sums.reduce((a, b) => a + b, 0)
  const around = (hour: number): number =>
    [-2, -1, 0, 1].reduce((sum, by) => sum + (sums[(hour + by + 24) % 24] ?? 0), 0)
  const cost = (hour: number): number =>
    around(hour) + (total * HABIT * apart(hour, ASLEEP_AT)) / 24 / 12
  return HOURS.reduce((best, hour) => (cost(hour) < cost(best) ? hour : best), ASLEEP_AT)
}

/** The household's days and hours; a day begins at five in the morning. */
export interface LocalTime {
  readonly dayOf: DayOf
  /** Hour of the household's day, 5 to 29: 20 is the evening. */
  readonly hourOf: (at: number) => number
}

/**
 * The household's days and hours in the given time zone, else in solar time where most was
 * played; a day begins at five in the morning, so that an evening belongs to one day.
 */
export const localTime = (plays: readonly PlayRecord[], zone?: string): LocalTime => {
  const sun = sunOffset(plays)
  const offset = zone === undefined ? () => sun : offsetOfZone(zone)
  const turn = quietHour(watchedPerHour(plays, offset)) * HOUR_MS
  const local = (at: number): number => at + offset(at) - turn
  return {
    dayOf: (at) => Math.floor(local(at) / DAY_MS),
    hourOf: (at) => ASLEEP_AT + (((local(at) % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS,
  }
}
