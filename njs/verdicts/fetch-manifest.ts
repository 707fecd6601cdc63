import { mayGoTo } from '../domain/addresses/redirects.ts'
import { type Address, resolveAddress } from '../domain/addresses/resolve.ts'
import type { EdgeOrigin } from '../domain/channels/protocol.ts'
import { decodeUtf8 } from '../domain/credentials/encoding.ts'
import { fetchOrigin, type OriginAnswer } from '../platform/fetch-origin.ts'
import { gunzip, inflate } from '../platform/gunzip.ts'
import type { Request } from '../platform/request.ts'
import { readPolicy } from '../state/policy.ts'
import { cookiesFor, joinCookies, keepAll } from './cookies.ts'

/** A document of an origin, where it was found at last. */
export interface Fetched {
  /** 200, or why there is no document. */
  readonly status: number
  readonly address: Address
  readonly isMoved: boolean
  readonly text: string
  readonly type: string
  /** What its origins set on the way, as the player's `Cookie` would hold it. */
  readonly setCookies: string
  /** Some cookie of the player went along: it may be written for him alone. */
  readonly hadCookies: boolean
  /** Where it leads and the edge does not go: an origin. */
  readonly past: string | null
}

/** Redirections of an origin that are followed for one request. */
export const MOST_REDIRECTIONS = 5

/** Origins that configuration knows; none before the first sync. */
export const knownOrigins = (): readonly EdgeOrigin[] => readPolicy()?.origins ?? []

/** Takes a path with its query apart. */
export const addressOf = (origin: string, path: string): Address => {
  const mark = path.indexOf('?')
  return mark < 0
    ? { origin, path, query: '' }
    : { origin, path: path.slice(0, mark), query: path.slice(mark) }
}

const isRedirection = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308

const unpack = ({ encoding, body }: OriginAnswer): Uint8Array => {
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzip(body)
  if (encoding === 'deflate') return inflate(body)
  if (encoding !== '' && encoding !== 'identity') throw new Error(`cannot read ${encoding}`)
  return body
}

/** UTF-8; what is none is read a byte a character, so that addresses in it stay what they are. */
const decode = (bytes: Uint8Array): string => decodeUtf8(bytes) ?? Buffer.from(bytes).toString()

/** What is fetched, and for whom. */
export interface FetchWish {
  readonly channel: string
  /** Of the channel itself. */
  readonly own: string
  readonly origin: string
  readonly path: string
  /** The player's `Cookie`. */
  readonly cookies: string
}

/**
 * Fetches a document and follows redirections, five at most, to origins the edge goes to (RFC 9110, section 15.4). Throws where it cannot
 * be unpacked.
 */
export const fetchManifest = async (
  r: Request,
  { channel, own, origin, path, cookies }: FetchWish,
): Promise<Fetched> => {
  let address = addressOf(origin, path)
  let setCookies = ''
  let hadCookies = false
  for (let count = 0; ; count += 1) {
    const kept = joinCookies(cookies, setCookies)
    const cookie = kept === '' ? '' : cookiesFor(channel, kept, address)
    hadCookies ||= cookie !== ''
    const answer = await fetchOrigin(r, address.origin, address.path + address.query, cookie)
    if (answer.cookies.length > 0)
      setCookies = joinCookies(setCookies, keepAll(channel, answer.cookies, address))
    const found = {
      address,
      isMoved: count > 0,
      text: '',
      type: answer.type,
      setCookies,
      hadCookies,
      past: null,
    }
    if (answer.status === 200) return { ...found, status: 200, text: decode(unpack(answer)) }
    if (!isRedirection(answer.status)) return { ...found, status: answer.status }
    const target = resolveAddress(answer.location, address)
    if (target === null || count === MOST_REDIRECTIONS) return { ...found, status: 502 }
    if (!mayGoTo(knownOrigins(), own, target.origin))
      return { ...found, status: 502, past: target.origin }
    address = target
  }
}
