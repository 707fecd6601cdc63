/** Time played in one hour, Unix milliseconds of its beginning. */
interface Hour {
  readonly hour: number
  readonly playedMs: number
}

/** Time played by hour of the day (24) and by day of the week (7, from Monday), both of a time zone. */
export interface ByClock {
  readonly hours: readonly number[]
  readonly weekdays: readonly number[]
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Adds up the hours of a range by what a clock and a calendar of the zone say of them. */
export const byClock = (rows: readonly Hour[], zone: string): ByClock => {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  const hours = Array.from({ length: 24 }, () => 0)
  const weekdays = WEEKDAYS.map(() => 0)
  for (const { hour: at, playedMs } of rows) {
    const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]))
    const hour = Number(parts.get('hour'))
    const weekday = WEEKDAYS.indexOf(parts.get('weekday') ?? '')
    hours[hour] = (hours[hour] ?? 0) + playedMs
    weekdays[weekday] = (weekdays[weekday] ?? 0) + playedMs
  }
  return { hours, weekdays }
}
