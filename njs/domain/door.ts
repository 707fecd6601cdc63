import { isChannelId, universalEntry } from './channel.ts'
import { TICKET_MIN_LENGTH } from './ticket.ts'

/** What an opening below `/live/` presents. */
export type DoorRequest =
  | {
      readonly door: 'ticket'
      readonly ticket: string
      readonly channel: string
      readonly rest: string
    }
  | { readonly door: 'token'; readonly channel: string; readonly rest: string }
  | {
      readonly door: 'xtream'
      readonly user: string
      readonly password: string
      readonly channel: string
      readonly rest: string
    }

const CONTROL = /[\x00-\x1f\x7f]/

/** Reads the path after `/live/`, decoded. A token in the query tells the second shape from the third. */
export const parseDoor = (path: string, hasToken: boolean): DoorRequest | null => {
  if (CONTROL.test(path)) return null
  const parts = path.split('/')
  const first = parts[0] ?? ''
  const second = parts[1] ?? ''
  if (first.length >= TICKET_MIN_LENGTH && isChannelId(second) && parts.length > 2)
    return { door: 'ticket', ticket: first, channel: second, rest: parts.slice(2).join('/') }
  const file = /^(.+)\.(m3u8|ts)$/.exec(parts[2] ?? '')
  if (
    !hasToken &&
    parts.length === 3 &&
    first !== '' &&
    second !== '' &&
    isChannelId(file?.[1] ?? '')
  )
    return {
      door: 'xtream',
      user: first,
      password: second,
      channel: file?.[1] ?? '',
      rest: universalEntry(file?.[2] ?? ''),
    }
  if (isChannelId(first) && parts.length > 1)
    return { door: 'token', channel: first, rest: parts.slice(1).join('/') }
  return null
}
