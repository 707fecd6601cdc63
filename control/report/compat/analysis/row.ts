import type { GroupedRow } from '../../../sources/model/grouped-history.ts'
import { isTruthy } from '../../common/python-text.ts'

/** A field with a default that holds only where the field is absent; a present null stays null. */
export const field = (row: GroupedRow, name: string, absent: unknown): unknown =>
  Object.hasOwn(row, name) ? row[name] : absent

/** A time or duration; text is parsed as a number, or 0. */
export const numberIn = (value: unknown): number => {
  const number = Number(value)
  return Number.isFinite(number) ? number : 0
}

/** Seconds played, by either of the field's two names. */
export const playedSeconds = (row: GroupedRow): number =>
  numberIn(row.play_duration) || numberIn(row.duration)

/** End of playing: start plus time played where known, else the stop. */
export const effectiveEnd = (row: GroupedRow): number => {
  const started = numberIn(row.started)
  const played = playedSeconds(row)
  return played > 0 ? started + played : numberIn(row.stopped) || started
}

const PRIVATE_PREFIXES = ['10.', '192.168.', '172.16.', '127.', '0.']

/** Whether an address is private by the formula's five prefixes. */
export const isPrivate = (address: unknown): boolean =>
  typeof address === 'string' && PRIVATE_PREFIXES.some((prefix) => address.startsWith(prefix))

const PRIVATE_NETWORK = Symbol('private')

/** The network of a row: one for all private addresses, else the address. */
export const networkOf = (row: GroupedRow): unknown => {
  const address = field(row, 'ip_address', '')
  return isPrivate(address) ? PRIVATE_NETWORK : address
}

/** The title as the report prints it. */
export const titleOf = (row: GroupedRow): unknown => {
  if (isTruthy(row.full_title)) return row.full_title
  return isTruthy(row.title) ? row.title : '?'
}
