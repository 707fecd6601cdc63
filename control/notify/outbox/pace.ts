import type { DestinationConfig } from '../../config/schema/destinations.ts'

const MINUTE_MS = 60_000
const DAY_MIN = 1440
const HOUR_MIN = 60

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'long',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}

/** The wall clock of a time zone: minutes since midnight, and the day of the week in English. */
const wallClock = (at: number, timeZone: string): { minutes: number; weekday: string } => {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map((p) => [p.type, p.value]),
  )
  const minutes = Number(parts.get('hour')) * HOUR_MIN + Number(parts.get('minute'))
  return { minutes, weekday: (parts.get('weekday') ?? '').toLowerCase() }
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * HOUR_MIN + minutes
}

/** The next moment after `at` at which the wall clock shows a time, over changes of summer time too. */
const nextAt = (at: number, time: number, timeZone: string): number => {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
  const ahead = (time - wallClock(start, timeZone).minutes + DAY_MIN) % DAY_MIN
  const guess = start + (ahead === 0 ? DAY_MIN : ahead) * MINUTE_MS
  const off = (time - wallClock(guess, timeZone).minutes + DAY_MIN + DAY_MIN / 2) % DAY_MIN
  const moved = guess + (off - DAY_MIN / 2) * MINUTE_MS
  // An hour that does not exist on that day is passed at once.
  return moved > at ? moved : guess
}

type Paced = Pick<DestinationConfig, 'quiet_hours' | 'time_zone' | 'digest'>

/** When the quiet hours end that a moment lies in, Unix milliseconds; `null` outside of them. */
export const quietUntil = (at: number, { quiet_hours: quiet, time_zone: zone }: Paced) => {
  if (quiet === undefined) return null
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)]
  const { minutes } = wallClock(at, zone)
  const isQuiet = from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to
  return isQuiet ? nextAt(at, to, zone) : null
}

/** When the next digest goes, Unix milliseconds; `null` without one. */
export const nextDigest = (at: number, { digest, time_zone: zone }: Paced): number | null => {
  if (digest === undefined) return null
  if (digest.every === 'hour') {
    const { minutes } = wallClock(at, zone)
    const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
    return start + (HOUR_MIN - (minutes % HOUR_MIN)) * MINUTE_MS
  }
  let next = nextAt(at, minutesOf(digest.at), zone)
  if (digest.every === 'day') return next
  for (let days = 0; days < 7 && wallClock(next, zone).weekday !== digest.weekday; days += 1)
    next = nextAt(next, minutesOf(digest.at), zone)
  return next
}

/** Pauses between tries, in milliseconds: 5 s, then three times as long each, an hour at most. */
export const backOffMs = (attempts: number): number =>
  Math.min(3_600_000, 5_000 * 3 ** Math.max(0, attempts - 1))

/** A message is given up when it has been tried for so long, in milliseconds. */
export const GIVE_UP_MS = 24 * 3_600_000
