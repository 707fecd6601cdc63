import { DAY_MS, type Dimension, numberOf } from '../counting/roll-ups.ts'
import type { SpanParts } from './span.ts'

/** The first day of a month, both counted from 1970. */
const dayOfMonth = (month: number): number => Date.UTC(1970, month) / DAY_MS

/** The month of a day, both counted from 1970. */
const monthOfDay = (day: number): number => {
  const at = new Date(day * DAY_MS)
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth()
}

/** Months after one another with the same days of each: bits from `first` to just before `end`. */
interface MonthsPart {
  readonly from: number
  readonly to: number
  readonly first: number
  readonly end: number
}

/** Bits of a month that has all of its days. */
const ALL = 31

/** Divides days (counted from 1970, `end` exclusive) into parts of months and whole months between. */
const partsOfMonths = (firstDay: number, endDay: number): MonthsPart[] => {
  if (firstDay >= endDay) return []
  const [firstMonth, lastMonth] = [monthOfDay(firstDay), monthOfDay(endDay - 1)]
  const first = firstDay - dayOfMonth(firstMonth)
  const end = endDay - dayOfMonth(lastMonth)
  const isToEnd = endDay === dayOfMonth(lastMonth + 1)
  if (firstMonth === lastMonth)
    return [{ from: firstMonth, to: firstMonth, first, end: isToEnd ? ALL : end }]
  const from = first === 0 ? firstMonth : firstMonth + 1
  const to = isToEnd ? lastMonth : lastMonth - 1
  return [
    { from: firstMonth, to: from - 1, first, end: ALL },
    { from, to, first: 0, end: ALL },
    { from: to + 1, to: lastMonth, first: 0, end },
  ].filter((part) => part.from <= part.to)
}

/** How many of a row's days lie among its first `bits`: the position in its arrays. */
const countOf = (bits: number): string => `bit_count((r.days & ${2 ** bits - 1})::bit(32))::integer`

/** What a row came to by the beginning of a day, or by its end of the month. */
const upTo = (array: string, bits: number, pair = ''): string =>
  bits === 0 ? '0' : `coalesce(r.${array}[${countOf(bits)}]${pair}, 0)`

const between = (array: string, { first, end }: MonthsPart, pair?: string): string =>
  first === 0 ? upTo(array, end, pair) : `${upTo(array, end, pair)} - ${upTo(array, first, pair)}`

const playsOf = (part: MonthsPart): string => {
  if (part.end < ALL) return between('plays_to', part)
  return part.first === 0 ? 'r.plays' : `r.plays - ${upTo('plays_to', part.first)}`
}

/** Plays of the first day of a part that had begun before it. */
const carriedInto = ({ from, first }: MonthsPart): string =>
  `case when r.carried is null or r.month <> ${from} or r.days & ${2 ** first} = 0 then 0 else ${upTo('carried', first + 1)} end`

const condition = ({ from, to, first, end }: MonthsPart): string => {
  const months = from === to ? `r.month = ${from}` : `r.month >= ${from} and r.month <= ${to}`
  return `${months} and r.days & ${2 ** end - 2 ** first} <> 0`
}

type Days = Pick<SpanParts, 'firstDay' | 'endDay' | 'head'>

/**
 * SQL of the plays and refusals of whole days by key: `key`, `plays`, `refusals`. Plays that had begun before the first
 * day are counted on it, unless what lies before it has counted them (`head`).
 */
export const playsByKey = (dimension: Dimension, { firstDay, endDay, head }: Days): string[] => {
  const own = `r.dimension = ${numberOf(dimension)}`
  const parts = partsOfMonths(firstDay, endDay)
  return parts.map((part, index) => {
    const begun = index === 0 && head === null ? ` + ${carriedInto(part)}` : ''
    const refusals = `case when r.refusals_to is null then 0 else ${between('refusals_to', part)} end`
    return `select r.key, ${playsOf(part)}${begun} as plays, ${refusals} as refusals from roll_ups as r where ${own} and ${condition(part)}`
  })
}

/** SQL of the amounts of whole days of the keys in a table `ranked`: `key`, `played_ms`, `bytes`. */
export const amountsOfRanked = ({ firstDay, endDay }: Days): string[] =>
  partsOfMonths(firstDay, endDay).map(
    (part) =>
      `select r.key, ${between('amounts_to', part, '[1]')} as played_ms, ${between('amounts_to', part, '[2]')} as bytes` +
      ` from ranked as k join roll_ups as r on r.key = k.key and ${condition(part)}`,
  )

/** SQL of the totals of each day, those of whole months: `day`, `plays`, `carried`, `refusals`, `played_ms`, `bytes`, `viewers`. */
export const totalDays = (firstDay: number, endDay: number): string =>
  '(select d.*, coalesce(v.viewers, 0) as viewers' +
  ' from (select first_day_of(r.month) + e.bit as day, e.plays, e.carried_on as carried, e.refusals, e.played_ms, e.bytes' +
  ' from roll_ups as r cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as e' +
  ` where r.dimension = ${numberOf('total')} and r.month >= ${monthOfDay(firstDay)} and r.month <= ${monthOfDay(endDay - 1)}) as d` +
  ' left join day_viewers as v on v.day = d.day) as t'
