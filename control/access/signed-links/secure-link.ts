import { createHash, timingSafeEqual } from 'node:crypto'
import { compileNameTest } from '#domain/channels/name-test'
import type { ReasonId } from '#domain/reasons'
import type { ChannelNaming } from '../authorize/choose-backend.ts'

/** A configured signing key of links that another server issues. */
export interface SecureLink {
  readonly name: string
  readonly format: 'flussonic' | 'nginx'
  readonly key: string
  /** The link holds for the address it was made for only. */
  readonly checkIp: boolean
  /** nginx: the words of `secure_link_md5`, with `$key` for the secret. */
  readonly expression: string
  /** Channels it holds for. */
  readonly match: string
}

/** A link as it was presented. */
export interface PresentedLink {
  readonly channel: string
  /** Path as the player asked for it, decoded, without the query. */
  readonly uri: string
  /** Canonical text of the viewer's address. */
  readonly address: string
  readonly token: string | null
  /** Query without `?`. */
  readonly args: string | null
}

/** Claims of a verified link. */
export interface LinkGrant {
  readonly link: string
  /** User the link was made for; an extension of Flussonic. */
  readonly userId: string | null
  /** Unix seconds; `null` = for ever. */
  readonly expires: number | null
}

export type LinkVerdict =
  | { readonly ok: true; readonly grant: LinkGrant }
  | { readonly ok: false; readonly reason: ReasonId }

/** Clocks of two machines may differ by this much. */
const SKEW_SEC = 60
const LONGEST_TOKEN = 512
const LONGEST_USER_ID = 256

const refuse = (reason: ReasonId): LinkVerdict => ({ ok: false, reason })

const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')
const md5 = (text: string): string => createHash('md5').update(text).digest('base64url')

/** The parts of a Flussonic token. */
export interface FlussonicToken {
  readonly channel: string
  /** `null`: bound to no address. */
  readonly address: string | null
  /** Unix seconds. */
  readonly start: number
  /** Unix seconds. */
  readonly end: number
  readonly salt: string
  readonly userId: string | null
}

const flussonicHash = (key: string, token: FlussonicToken): string => {
  const { channel, address, start, end, salt, userId } = token
  return sha1(`${channel}${address ?? ''}${start}${end}${key}${salt}${userId ?? ''}`)
}

/**
 * A Flussonic `securetoken`: hash, salt, end and start (Unix seconds), joined by `-`
 * (flussonic.com/doc/authorize-with-securelink).
 */
export const mintFlussonicToken = (key: string, token: FlussonicToken): string => {
  const { salt, end, start, userId } = token
  const parts = [flussonicHash(key, token), salt, end, start, ...(userId === null ? [] : [userId])]
  return parts.join('-')
}

/**
 * Its parts are hashed without separators, so their lengths are fixed: ten digits a time, and a
 * salt of 32 characters before a user. Otherwise a boundary could be moved and a user or an address
 * be taken off.
 */
const FLUSSONIC = /^([0-9a-f]{40})-([A-Za-z0-9]{1,32})-(\d{10})-(\d{10})(?:-(.+))?$/
const USER_SALT_LENGTH = 32

const readFlussonic = (
  text: string,
): { hash: string; token: Omit<FlussonicToken, 'channel' | 'address'> } | null => {
  const found = text.length > LONGEST_TOKEN ? null : FLUSSONIC.exec(text)
  if (found === null) return null
  const [, hash = '', salt = '', end, start, userId = null] = found
  if (userId !== null && salt.length !== USER_SALT_LENGTH) return null
  return { hash, token: { salt, start: Number(start), end: Number(end), userId } }
}

/** Whether a link may name such a user. */
export const isLinkUser = (text: string): boolean =>
  !/\p{Cc}/u.test(text) && Buffer.byteLength(text) <= LONGEST_USER_ID

const verifyFlussonic = (
  link: SecureLink,
  presented: PresentedLink,
  nowSec: number,
): LinkVerdict => {
  if (presented.token === null) return refuse('token.missing')
  const read = readFlussonic(presented.token)
  if (read === null) return refuse('token.unknown')
  const address = link.checkIp ? presented.address : null
  const { userId, start, end } = read.token
  const token = { ...read.token, channel: presented.channel, address }
  if (!isSame(flussonicHash(link.key, token), read.hash)) return refuse('token.unknown')
  if (userId !== null && !isLinkUser(userId)) return refuse('request.malformed')
  if (nowSec > end + SKEW_SEC) return refuse('ticket.expired')
  if (nowSec < start - SKEW_SEC) return refuse('ticket.not_yet')
  return { ok: true, grant: { link: link.name, userId, expires: end } }
}

/** Values of the variables in an nginx expression. */
export interface NginxLinkValues {
  readonly expires: string
  readonly uri: string
  /** Empty where the link is bound to no address. */
  readonly address: string
  readonly channel: string
  readonly key: string
}

/** The `md5` argument of a link for nginx's ngx_http_secure_link_module (`secure_link_md5`), base64url. */
export const nginxLinkHash = (expression: string, values: NginxLinkValues): string => {
  const words: Readonly<Record<string, string>> = {
    secure_link_expires: values.expires,
    arg_expires: values.expires,
    uri: values.uri,
    remote_addr: values.address,
    channel: values.channel,
    key: values.key,
  }
  const filled = expression.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_whole, braced: unknown, bare: unknown) => {
      const name = braced ?? bare
      return typeof name === 'string' ? (words[name] ?? '') : ''
    },
  )
  return md5(filled)
}

const verifyNginx = (link: SecureLink, presented: PresentedLink, nowSec: number): LinkVerdict => {
  const args = new URLSearchParams(presented.args ?? '')
  const hash = args.get('md5')
  const expires = args.get('expires') ?? ''
  if (hash === null) return refuse('token.missing')
  if (hash.length > LONGEST_TOKEN || !/^\d{0,10}$/.test(expires)) return refuse('request.malformed')
  const { channel, uri } = presented
  const address = link.checkIp ? presented.address : ''
  const expected = nginxLinkHash(link.expression, { expires, uri, address, channel, key: link.key })
  if (!isSame(expected, hash.replace(/=+$/, ''))) return refuse('token.unknown')
  const isEndless = expires === '' || Number(expires) === 0
  if (!isEndless && nowSec > Number(expires)) return refuse('ticket.expired')
  return {
    ok: true,
    grant: { link: link.name, userId: null, expires: isEndless ? null : Number(expires) },
  }
}

/** Verifies a link with one key. */
export const verifySecureLink = (
  link: SecureLink,
  presented: PresentedLink,
  nowSec: number,
): LinkVerdict =>
  link.format === 'flussonic'
    ? verifyFlussonic(link, presented, nowSec)
    : verifyNginx(link, presented, nowSec)

/** Verifies a presented link with the keys of its channel; `null` = no key is configured for it. */
export type JudgeLink = (presented: PresentedLink, nowSec: number) => LinkVerdict | null

/** Order of refusals by usefulness: one that names the link's own fault comes before "unknown". */
const BY_USEFULNESS = ['ticket.expired', 'ticket.not_yet', 'request.malformed', 'token.unknown']
const rank = (verdict: LinkVerdict): number =>
  verdict.ok ? 0 : BY_USEFULNESS.indexOf(verdict.reason) + 1 || 9

/** Prepares the keys once; a key may name a channel by its id or its `tvg-id`, and opens none that was called otherwise before and had another key or none. */
export const createSecureLinks = (
  links: readonly SecureLink[],
  { names: namesOf, former }: Pick<ChannelNaming, 'names' | 'former'> = { names: (id) => [id] },
): JudgeLink => {
  const prepared = links.map((link) => ({ link, fits: compileNameTest(link.match) }))
  return (presented, nowSec) => {
    const names = namesOf(presented.channel)
    const before = former?.(presented.channel) ?? []
    const verdicts = prepared
      .filter(
        ({ fits }) => fits(names) && before.every((same) => same.some((it) => fits(it.names))),
      )
      .map(({ link }) => verifySecureLink(link, presented, nowSec))
    return verdicts.sort((a, b) => rank(a) - rank(b))[0] ?? null
  }
}
