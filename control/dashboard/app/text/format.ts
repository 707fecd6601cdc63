import { playerName } from './player.ts'
import { language, t } from './text.ts'
import { zone } from './zone.ts'

const numbers = new Intl.NumberFormat(language)
const days = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: zone })
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: zone })
const moments = new Intl.DateTimeFormat(language, {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: zone,
})
const times = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: zone })
const countries = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' })

/** A number as it is written here. */
export const number = (value: number): string => numbers.format(value)

/** Unix milliseconds as day and month. */
export const day = (at: number): string => days.format(at)

/** Unix milliseconds as day, month and year. */
export const date = (at: number): string => dates.format(at)

/** Unix milliseconds as date and time, in the viewer's time zone. */
export const moment = (at: number | null): string => (at === null ? '–' : moments.format(at))

/** Unix milliseconds as the time of day. */
export const clockTime = (at: number): string => times.format(at)

/** Answers of a function by its argument, which are kept: tables ask for the same few again and again. */
const kept = (make: (text: string) => string): ((text: string) => string) => {
  const known = new Map<string, string>()
  return (text) => {
    const found = known.get(text) ?? make(text)
    known.set(text, found)
    return found
  }
}

const countryName = kept((code) => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : '–'))

/** A country code as its name. */
export const country = (code: string | null): string => (code === null ? '–' : countryName(code))

/** City and country as people write them; `–` where neither is known. */
export const placeName = (city: string | null, code: string | null): string =>
  [city, code === null ? null : countryName(code)]
    .filter((text) => text !== null && text !== '' && text !== '–')
    .join(', ') || '–'

/** The radius around a city within which somebody is: `± 20 km`; nothing where no city is known. */
export const radiusText = (city: string | null, km: number | null): string =>
  city === null || city === '' || km === null ? '' : t('place.radius', { n: Math.round(km) })

/** Where something plays from, as people name it: an edge by its name alone (`edge:edge-1`), a media server with its kind. */
export const serverName = (source: string): string => source.replace(/^edge:/, '')

/** Milliseconds as the two largest units: `3 h 12 min`. */
export const duration = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return t('unit.seconds', { n: Math.max(0, Math.floor(ms / 1000)) })
  if (minutes < 60) return t('unit.minutes', { n: minutes })
  if (minutes < 1440) return t('unit.hours', { n: Math.floor(minutes / 60), m: minutes % 60 })
  return t('unit.days', { n: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60) })
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in decimal units. */
export const bytes = (value: number): string => {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3))
  const scaled = value / 1000 ** power
  return `${numbers.format(Number(scaled.toFixed(scaled < 10 && power > 0 ? 1 : 0)))} ${UNITS[power] ?? 'B'}`
}

/** A player as people know it, from its User-Agent, or from its family or name where no more is known. */
export const player = kept((agent) => {
  if (agent === 'tv-browser') return t('player.television')
  return agent === 'none' ? '–' : playerName(agent)
})
