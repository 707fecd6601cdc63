import { isChannelId, universalEntry } from '../channels/channel.ts'
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

const isClean = (path: string): boolean => {
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    if (code < 32 || code === 127) return false
  }
  return true
}

const readXtream = (parts: readonly string[]): DoorRequest | null => {
  const [user = '', password = '', last = ''] = parts
  const file = /^(.+)\.(m3u8|ts)$/.exec(last)
  const channel = file?.[1] ?? ''
  if (parts.length !== 3 || user === '' || password === '' || !isChannelId(channel)) return null
  return { door: 'xtream', user, password, channel, rest: universalEntry(file?.[2] ?? '') }
}

/** Reads the path after `/live/`, decoded. A token in the query tells the second shape from the third. */
export const parseDoor = (path: string, hasToken: boolean): DoorRequest | null => {
  if (!isClean(path)) return null
  const parts = path.split('/')
  const [first = '', second = ''] = parts
  if (first.length >= TICKET_MIN_LENGTH && isChannelId(second) && parts.length > 2)
    return { door: 'ticket', ticket: first, channel: second, rest: parts.slice(2).join('/') }
  const xtream = hasToken ? null : readXtream(parts)
  if (xtream !== null) return xtream
  if (!isChannelId(first) || parts.length < 2) return null
  return { door: 'token', channel: first, rest: parts.slice(1).join('/') }
}
