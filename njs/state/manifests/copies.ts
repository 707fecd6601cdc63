import { numbers, type TextZone, texts, trySet } from '../memory.ts'
import { tableGeneration } from '../table-halves.ts'

/** A rewritten manifest that serves all viewers of its channel for a while. */
export interface Copy {
  /** Unix milliseconds up to which it is sent without a question. */
  readonly freshUntil: number
  /** Unix milliseconds up to which it is sent while a newer one is on its way. */
  readonly goodUntil: number
  readonly text: string
}

/** What is known of a manifest: a copy, a failure of its origin that counts for all, or that it is written for each viewer. */
export type Shared =
  | { readonly kind: 'copy'; readonly copy: Copy }
  | { readonly kind: 'failure'; readonly status: number }
  | { readonly kind: 'unshared' }

/** Longer texts have a zone of their own: one of them may push out a thousand short ones. */
const LONG = 64 * 1024
/** What is longer is not shared: an archive of some days. */
export const LONGEST = 8 * 1024 * 1024
const LONGEST_KEY = 2000

const SHORT_ZONE: TextZone = 'gh_manifests'
const LONG_ZONE: TextZone = 'gh_long_manifests'

const UNSHARED = '!'
const FAILED = '?'
const ELSEWHERE = '>'

/** Arguments by which players report of themselves (CTA-5004); nothing in a manifest depends on them. */
const withoutReports = (args: string): string =>
  args.includes('CMCD=')
    ? args
        .split('&')
        .filter((pair) => !pair.startsWith('CMCD='))
        .join('&')
    : args

/**
 * Name of what one manifest's viewers share: channel, path and arguments, and the page they come from, where an origin asks for one. The
 * channel table's generation is part of it. Empty where it is too long to be shared.
 */
export const copyKey = (channel: string, rest: string, args: string, referer: string): string => {
  const shared = args === '' ? '' : withoutReports(args)
  const key = `${tableGeneration('channels') ?? 0} ${channel}/${rest}?${shared}${referer === '' ? '' : ` ${referer}`}`
  return key.length > LONGEST_KEY ? '' : key
}

const parse = (text: string): Shared => {
  const end = text.indexOf('\n')
  const first = text.indexOf(' ')
  return {
    kind: 'copy',
    copy: {
      freshUntil: Number(text.slice(0, first)),
      goodUntil: Number(text.slice(first + 1, end)),
      text: text.slice(end + 1),
    },
  }
}

/** What is known of a manifest; `null` = nothing. */
export const readShared = (key: string): Shared | null => {
  if (key === '') return { kind: 'unshared' }
  const text = texts(SHORT_ZONE).get(key)
  if (text === undefined) return null
  if (text === UNSHARED) return { kind: 'unshared' }
  if (text.startsWith(FAILED)) return { kind: 'failure', status: Number(text.slice(1)) }
  if (text !== ELSEWHERE) return parse(text)
  const long = texts(LONG_ZONE).get(key)
  return long === undefined ? null : parse(long)
}

/** The text of a fresh copy; `null` where there is none. The way of most requests for manifests. */
export const freshText = (key: string, now: number): string | null => {
  const shared = readShared(key)
  return shared?.kind === 'copy' && shared.copy.freshUntil > now ? shared.copy.text : null
}

/** Keeps a copy for as long as it may be of use. */
export const keepCopy = (key: string, copy: Copy, now: number): void => {
  if (key === '' || copy.text.length > LONGEST) return
  const value = `${copy.freshUntil} ${copy.goodUntil}\n${copy.text}`
  // A while longer: the next one is compared with it.
  const ttl = copy.goodUntil - now + 20_000
  const isLong = value.length > LONG
  if (!isLong) trySet(texts(SHORT_ZONE), key, value, ttl)
  else if (trySet(texts(LONG_ZONE), key, value, ttl)) trySet(texts(SHORT_ZONE), key, ELSEWHERE, ttl)
}

/** Notes that a manifest is written for each viewer: for some minutes nobody shares it. */
export const keepUnshared = (key: string, ttlMs: number): void => {
  if (key !== '') trySet(texts(SHORT_ZONE), key, UNSHARED, ttlMs)
}

/** Notes that the origin answered with an error, for those who ask at the same moment. */
export const keepFailure = (key: string, status: number, ttlMs: number): void => {
  if (key !== '') trySet(texts(SHORT_ZONE), key, FAILED + String(status), ttlMs)
}

/** Whether this request is the one that fetches; others wait for what it brings. */
export const takeFlight = (key: string, ttlMs: number): boolean => {
  try {
    return numbers('gh_flights').add(key, 1, ttlMs)
  } catch {
    return true
  }
}

/** Ends a flight. */
export const endFlight = (key: string): void => {
  numbers('gh_flights').delete(key)
}

/** One more request waits; `false` where there are as many as memory allows. Counted by the second, so that nobody's end can be missed. */
export const mayWait = (most: number): boolean => {
  const dict = numbers('gh_flights')
  const slot = `waiting ${Math.floor(Date.now() / 1000)}`
  try {
    return (dict.add(slot, 1, 5_000) ? 1 : dict.incr(slot, 1, 0)) <= most
  } catch {
    return false
  }
}

/** Variables that the multivariant playlist of a channel defines (`EXT-X-DEFINE`), for those that import them. */
export const readDefinitions = (channel: string): Readonly<Record<string, string>> => {
  const text = texts('gh_manifests').get(`= ${channel}`)
  if (text === undefined) return {}
  const found: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) found[line.slice(0, at)] = line.slice(at + 1)
  }
  return found
}

/** Keeps them for a day. */
export const keepDefinitions = (
  channel: string,
  variables: Readonly<Record<string, string>>,
): void => {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  if (lines.length > 0)
    trySet(texts('gh_manifests'), `= ${channel}`, lines.join('\n').slice(0, 8192), 86_400_000)
}
