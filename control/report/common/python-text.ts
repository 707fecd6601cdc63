/** Truth value as in Python: zero, empty and null are false, everything else is true. */
export const isTruthy = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Number.isNaN(value) || Boolean(value)
}

/** A string as Python prints it; null is None. */
export const printed = (value: unknown): string => {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** Orders strings by code point, as Python does; JavaScript's own order is by UTF-16 unit. */
export const byCodePoint = (a: string, b: string): number => {
  if (a === b) return 0
  const left = Array.from(a)
  const right = Array.from(b)
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

const ENOUGH_DIGITS = 40

const fixedAbsolute = (value: number, decimals: number): string => {
  const exact = value.toFixed(ENOUGH_DIGITS)
  const cut = exact.length - ENOUGH_DIGITS + decimals
  const isHalf = /^50*$/.test(exact.slice(cut))
  const kept = exact.slice(0, cut).replace(/\.$/, '')
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? kept : value.toFixed(decimals)
}

/** A number with a fixed count of decimals; exact halves go to the even neighbour and zero keeps its sign, as in Python. */
export const fixed = (value: number, decimals: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + fixedAbsolute(Math.abs(value), decimals)
}

const width = (text: string): number => Array.from(text).length

/** Pads to the right to a width counted in code points. */
export const left = (text: string, size: number): string =>
  text + ' '.repeat(Math.max(0, size - width(text)))

/** Pads to the left to a width counted in code points. */
export const right = (text: string, size: number): string =>
  ' '.repeat(Math.max(0, size - width(text))) + text

/** Cuts a title over 40 code points to 37 and three dots. */
export const shortened = (title: string): string => {
  const points = Array.from(title)
  return points.length > 40 ? `${points.slice(0, 37).join('')}...` : title
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

/** Seconds as `2h 3m` or `7m`; the seconds are dropped. */
export const duration = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const rest = modulo(minutes, 60)
  return hours > 0 ? `${hours}h ${rest}m` : `${rest}m`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Local date `YYYY-MM-DD` of a moment in milliseconds. */
export const localDate = (ms: number): string => {
  const date = new Date(ms)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Local time `HH:MM` of a moment in milliseconds. */
export const localTime = (ms: number): string => {
  const date = new Date(ms)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The local calendar date so many days before a moment. */
export const localDateDaysBefore = (ms: number, days: number): string => {
  const date = new Date(ms)
  return localDate(
    new Date(date.getFullYear(), date.getMonth(), date.getDate() - days, 12).getTime(),
  )
}

// A name must not move the cursor or colour the reader's terminal.
const CONTROL = /\p{Cc}/gu

/** A string fit for a terminal: control characters become question marks. */
export const safe = (text: string): string => text.replace(CONTROL, '?')
