/** A span of an archive; `end` lies `durationSec` after `start`. All are Unix seconds. */
export interface AskedSpan {
  readonly start: number
  readonly durationSec: number
  /** The present. */
  readonly now: number
}

const DATE =
  /^(\d{4})-?(\d\d)-?(\d\d)[T :_-]?(\d\d)(?:[:-]?(\d\d)(?:[:-]?(\d\d)(?:\.\d+)?)?)?(?:Z|([+ -])(\d\d):?(\d\d))?$/i

const HOUR = 3600

/** Midnight of a date as Unix seconds; `null` where there is no such date. */
const midnightOf = ([, year, month, day]: readonly string[]): number | null => {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCMonth() === Number(month) - 1 ? date.getTime() / 1000 : null
}

/**
 * Unix seconds of a start as apps of the Xtream kind write it: `2026-11-29:20-15`, also with `_` or a blank between, with `:` in the clock, with seconds;
 * ISO 8601; `20261129-20`; Unix seconds or milliseconds. What has no offset is UTC, as `server_info.timezone` says. `null` where it is no time.
 */
export const parseStart = (text: string): number | null => {
  if (/^\d{9,10}$/.test(text)) return Number(text)
  if (/^\d{12,13}$/.test(text)) return Math.floor(Number(text) / 1000)
  const found = DATE.exec(text)
  if (found === null) return null
  // A group that took no part is undefined.
  const parts = found.map((part: string | undefined) => part ?? '0')
  const midnight = midnightOf(parts)
  const [hour = 0, minute = 0, second = 0] = parts.slice(4, 7).map(Number)
  if (midnight === null || hour > 23 || minute > 59 || second > 60) return null
  const [hours = 0, minutes = 0] = parts.slice(8, 10).map(Number)
  const ahead = hours * HOUR + minutes * 60
  const clock = midnight + hour * HOUR + minute * 60 + second
  return found[7] === '-' ? clock + ahead : clock - ahead
}

const DEFAULT_MIN = 120
const MOST_MIN = 480

/** Seconds of a span that an app gives in minutes: two hours where it gives none, eight at the most. */
export const spanSeconds = (minutes: string): number => {
  const given = /^\d{1,6}$/.test(minutes) ? Number(minutes) : 0
  return 60 * Math.min(given === 0 ? DEFAULT_MIN : given, MOST_MIN)
}

const PLACEHOLDER = /\$?\{[^{}]*\}/g
const MOMENT = /^\$?\{(utc|start|utcend|end|lutc|now|timestamp)(?::([^{}]+))?\}$/
const LENGTH = /^\$?\{(duration|offset)(?::([1-9]\d{0,5}))?\}$/
const PART = /^\$?\{([YmdHMS])\}$/
const JAVA = /^\$\{\(([be])\)([^{}]+)\}$/

const JAVA_PARTS: Readonly<Record<string, string>> = {
  yyyy: 'Y',
  MM: 'm',
  dd: 'd',
  HH: 'H',
  mm: 'M',
  ss: 'S',
}

/** `Y`, `m`, `d`, `H`, `M` and `S` in a form stand for the parts of a UTC time. */
const written = (form: string, sec: number): string => {
  const digits = new Date(sec * 1000).toISOString().replace(/\D/g, '')
  const from: Readonly<Record<string, readonly [number, number]>> = {
    Y: [0, 4],
    m: [4, 6],
    d: [6, 8],
    H: [8, 10],
    M: [10, 12],
    S: [12, 14],
  }
  return form.replace(/[YmdHMS]/g, (part) => digits.slice(...(from[part] ?? [0, 0])))
}

const momentOf = (name: string, { start, durationSec, now }: AskedSpan): number => {
  if (name === 'utc' || name === 'start' || name === 'b') return start
  return name === 'utcend' || name === 'end' || name === 'e' ? start + durationSec : now
}

const fillOne = (placeholder: string, span: AskedSpan): string | null => {
  const part = PART.exec(placeholder)
  if (part) return written(part[1] ?? '', span.start)
  const moment = MOMENT.exec(placeholder)
  if (moment) {
    const at = momentOf(moment[1] ?? '', span)
    return moment[2] === undefined ? String(at) : written(moment[2], at)
  }
  const length = LENGTH.exec(placeholder)
  if (length) {
    const seconds = length[1] === 'offset' ? span.now - span.start : span.durationSec
    return String(Math.max(0, Math.floor(seconds / Number(length[2] ?? 1))))
  }
  const java = JAVA.exec(placeholder)
  if (!java) return null
  const form = (java[2] ?? '').replace(/yyyy|MM|dd|HH|mm|ss/g, (it) => JAVA_PARTS[it] ?? it)
  return written(form, momentOf(java[1] ?? '', span))
}

/**
 * Fills the times of an archive's address, in the placeholders of Kodi's IPTV Simple (github.com/kodi-pvr/pvr.iptvsimple, README, "Catchup
 * Settings"); `null` where it has others.
 */
export const fillTimes = (template: string, span: AskedSpan): string | null => {
  let isKnown = true
  const filled = template.replace(PLACEHOLDER, (placeholder) => {
    const value = fillOne(placeholder, span)
    if (value === null) isKnown = false
    return value ?? ''
  })
  return isKnown ? filled : null
}
