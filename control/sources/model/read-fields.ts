/** A record of a server's answer; every field may be missing or of another type. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value is a record: neither a list nor nothing. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A record inside another; empty where there is none. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

/** The records of a list; a single record is a list of one, as XML turned into JSON gives it. */
export const listOf = (value: unknown): Fields[] => {
  if (Array.isArray(value)) return value.filter(isFields)
  return isFields(value) ? [value] : []
}

/** Text, a number as text; empty where there is neither. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' ? value.trim() : ''
}

/** The first that says something. */
export const firstText = (...values: unknown[]): string =>
  values.map(textOf).find((text) => text !== '') ?? ''

/** The same, `null` where none does. */
export const textOrNull = (...values: unknown[]): string | null => firstText(...values) || null

/** Yes in any of the forms servers write: `true`, `1`, `"1"`, `"true"`. */
export const isYes = (value: unknown): boolean =>
  value === true || ['1', 'true'].includes(textOf(value).toLowerCase())

/** A finite number, from text too; `null` where there is none. */
export const numberOf = (value: unknown): number | null => {
  const text = textOf(value)
  const number = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : null
}
