import { openText, type SealBinding, type SealKey, sealName, sealText } from '../addresses/seal.ts'
import type { Crypto, SecretOf } from '../credentials/crypto.ts'
import type { Cookie } from './cookie.ts'

/** Keys and binding for sealing cookies of a channel. */
export interface CookieKeeper {
  readonly crypto: Crypto
  readonly key: SealKey
  readonly secretOf: SecretOf
  readonly binding: SealBinding
}

/** Prefix of the names of sealed cookies. */
export const KEPT_PREFIX = 'gh_'

/** First character of a sealed cookie's text, which distinguishes it from a sealed place. */
const LETTER = 'c'

const toText = ({ name, value, domain, isDomainWide, path, isSecure, expires }: Cookie): string => {
  const flags = `${isDomainWide ? 'd' : ''}${isSecure ? 's' : ''}`
  return (
    LETTER + [name, domain, path, flags, expires === null ? '' : String(expires), value].join('\n')
  )
}

const fromText = (text: string): Cookie | null => {
  const parts = text.slice(LETTER.length).split('\n')
  if (!text.startsWith(LETTER) || parts.length !== 6) return null
  const [name = '', domain = '', path = '', flags = '', expires = '', value = ''] = parts
  return {
    name,
    value,
    domain,
    path,
    isDomainWide: flags.includes('d'),
    isSecure: flags.includes('s'),
    expires: expires === '' ? null : Number(expires),
  }
}

/** `name=value` of the sealed cookie; the same name for the same cookie. `null` where it is too long. */
export const keepCookie = (
  { crypto, key, binding }: CookieKeeper,
  cookie: Cookie,
): string | null => {
  const sealed = sealText(crypto, key, binding, toText(cookie))
  const name = sealName(crypto, key, `${cookie.domain}\n${cookie.path}\n${cookie.name}`)
  return sealed === null ? null : `${KEPT_PREFIX}${name}=${sealed}`
}

/** Verified cookies of origins in a player's `Cookie` header; of two with one name the later. */
export const openKept = ({ crypto, secretOf, binding }: CookieKeeper, header: string): Cookie[] => {
  const found = new Map<string, Cookie>()
  for (const pair of header.split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2)
    const text = name.startsWith(KEPT_PREFIX) ? openText(crypto, secretOf, binding, value) : null
    const cookie = text === null ? null : fromText(text)
    if (cookie !== null) found.set(name, cookie)
  }
  return [...found.values()]
}

/** `Set-Cookie` for the sealed cookie, with the origin's expiry and the path of one session. */
export const setKept = (
  pair: string,
  { expires }: Cookie,
  sessionPath: string,
  nowSec: number,
): string => {
  const age = expires === null ? '' : `; Max-Age=${Math.max(0, expires - nowSec)}`
  return `${pair}; Path=${sessionPath}${age}; HttpOnly`
}
