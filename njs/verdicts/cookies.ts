import { type Address, addressOf } from '../domain/addresses/resolve.ts'
import {
  type Cookie,
  cookieHeader,
  readSetCookie,
  splitSetCookies,
} from '../domain/cookies/cookie.ts'
import { type CookieKeeper, keepCookie, openKept, setKept } from '../domain/cookies/kept-cookie.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { setCookies } from '../platform/reply.ts'
import type { Request, Variables } from '../platform/request.ts'
import { currentKid, nowSec, secretOf } from '../state/memory.ts'
import { readChannel } from './origin.ts'

const keeperFor = (channel: string): CookieKeeper | null => {
  const record = readChannel(channel)
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (record === null || kid === null || secret === null) return null
  const binding = { channel, origin: record.origin }
  return { crypto: nginxCrypto, key: { kid, secret }, secretOf, binding }
}

/** `Cookie` for an address of a channel, of what the player's own `Cookie` holds: nothing but what the channel's origins set. */
export const cookiesFor = (channel: string, kept: string, address: Address): string => {
  const keeper = keeperFor(channel)
  return keeper === null ? '' : cookieHeader(openKept(keeper, kept), address, nowSec())
}

/** What an address set, as a player's `Cookie` would hold it. */
export const keepAll = (channel: string, set: readonly string[], from: Address): string => {
  const keeper = keeperFor(channel)
  if (keeper === null) return ''
  const now = nowSec()
  return set
    .map((text) => readSetCookie(text, from, now))
    .flatMap((cookie) => (cookie === null ? [] : (keepCookie(keeper, cookie) ?? [])))
    .join('; ')
}

/** `Set-Cookie` for each of them, for the addresses below a session's path. */
export const setAll = (channel: string, kept: string, sessionPath: string): string[] => {
  const keeper = keeperFor(channel)
  if (keeper === null || kept === '') return []
  const now = nowSec()
  const set = (cookie: Cookie): string | null => {
    const pair = keepCookie(keeper, cookie)
    return pair === null ? null : setKept(pair, cookie, sessionPath, now)
  }
  return openKept(keeper, kept).flatMap((cookie) => set(cookie) ?? [])
}

/** Both, one behind the other; the later of one name counts. */
export const joinCookies = (before: string, after: string): string =>
  [before, after].filter((it) => it !== '').join('; ')

/** Hands on what the origins of a request have set, to its player, under seal. */
export const handOn = (r: Request, variables: Variables): void => {
  const { gh_new_cookies: before = '', upstream_http_set_cookie: set = '' } = variables
  if (before === '' && set === '') return
  const {
    gh_channel: channel = '',
    gh_origin: origin = '',
    gh_path: path = '',
    gh_session_path: below = '',
  } = variables
  const own = keepAll(channel, splitSetCookies(set), addressOf(origin, path))
  setCookies(r, setAll(channel, joinCookies(before, own), below))
}
