import type { HlsVariable, HlsVariables } from '../../domain/manifests/hls-variables.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { countIn, type TextZone, texts, trySet } from '../memory.ts'
import { tableGeneration } from '../table-halves.ts'

/** A cached rewritten manifest. */
export interface Copy {
  /** Unix milliseconds until which it is sent as it is. */
  readonly freshUntil: number
  /** Unix milliseconds until which it is sent while a newer one is fetched. */
  readonly goodUntil: number
  readonly text: string
  /** Whether marks stand in it for each viewer's own address (`fillMarks`). */
  readonly isMarked: boolean
}

/** A text with marks as one viewer gets it. */
type Fill = (text: string) => string

/** Cache entry of a manifest: a copy, an origin's error, or a mark that it is written for each viewer. */
export type Shared =
  | { readonly kind: 'copy'; readonly copy: Copy }
  | { readonly kind: 'failure'; readonly status: number }
  | { readonly kind: 'unshared' }

/** Longer texts have a zone of their own, since one of them could evict a thousand short ones. */
const LONG = 64 * 1024
/** Longest text that is cached, in characters; an archive of several days may be longer. */
export const LONGEST = 8 * 1024 * 1024
const LONGEST_KEY = 2000

/** Dictionary of this context. */
const shortZone: { dict?: NgxSharedDict<string> } = {}

const SHORT_ZONE: TextZone = 'gh_manifests'
const LONG_ZONE: TextZone = 'gh_long_manifests'

const UNSHARED = '!'
const FAILED = '?'
const ELSEWHERE = '>'

/** The query without CMCD (CTA-5004), which manifests do not depend on. */
const withoutReports = (args: string): string =>
  args.includes('CMCD=')
    ? args
        .split('&')
        .filter((pair) => !pair.startsWith('CMCD='))
        .join('&')
    : args

/**
 * Cache key of a manifest: the channel table's generation, then what `$gh_copy_name` names, without CMCD. Empty where it is too long to be
 * cached.
 */
export const copyKey = (channel: string, rest: string, args: string, referer: string): string => {
  const shared = args === '' ? '' : withoutReports(args)
  const name = `${channel}/${rest}${shared === '' ? '' : `?${shared}`}${referer === '' ? '' : ` ${referer}`}`
  const key = `${tableGeneration('channels') ?? 0} ${name}`
  return key.length > LONGEST_KEY ? '' : key
}

/** A kept copy: both times as 13 digits, a blank or, where the text has marks, a star between them and a line's end behind, then the text. */
const TIME = 13
const STAR = 42
const BODY = 2 * (TIME + 1)

const timeText = (ms: number): string => String(Math.trunc(ms)).padStart(TIME, '0')

const freshUntil = (text: string): number => Number(text.slice(0, TIME))

const goodUntil = (text: string): number => Number(text.slice(TIME + 1, BODY - 1))

const isMarked = (text: string): boolean => text.charCodeAt(TIME) === STAR

/** The text of a kept copy as it is sent. */
const sentText = (copy: string, fill: Fill): string =>
  isMarked(copy) ? fill(copy.slice(BODY)) : copy.slice(BODY)

const parse = (text: string): Shared => ({
  kind: 'copy',
  copy: {
    freshUntil: freshUntil(text),
    goodUntil: goodUntil(text),
    text: text.slice(BODY),
    isMarked: isMarked(text),
  },
})

/** Texts that stand for no copy are shorter than the times of one. */
const LINE_END = 10
const isCopy = (text: string): boolean => text.charCodeAt(BODY - 1) === LINE_END

/** The cache entry of a key; `null` = none. */
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

/** Of a crowd that asks at once, so many wait for a copy that is past; each holds a JavaScript context, and to make one takes longer than most fetches. */
const MOST_AHEAD = 16

/** Counts the requests that find a copy no longer fresh, while a fetch that the first begins may last: which of them this one is; 0 = unknown. */
const countAhead = (key: string, freshMs: number): number =>
  countIn('gh_flights', `ahead ${key}`, Math.max(1, freshMs))

const copyOf = (key: string): string | null => {
  const text = texts(SHORT_ZONE).get(key)
  const copy = text === ELSEWHERE ? texts(LONG_ZONE).get(key) : text
  return copy !== undefined && isCopy(copy) ? copy : null
}

/** The text of a fresh copy; `null` where there is none. */
export const freshText = (key: string, now: number, fill: Fill): string | null => {
  const copy = copyOf(key)
  return copy !== null && freshUntil(copy) > now ? sentText(copy, fill) : null
}

/** A copy as it is sent, in bytes: of a text, njs first finds out that it is none, by an exception. */
export interface Sent {
  /** Room for the lease key it is sent under and for a mark, then the text. */
  readonly bytes: Uint8Array
  /** The room for the key, as two numbers of eight bytes. */
  readonly head: Float64Array
}

/** Bytes before the text. */
export const SENT_HEAD = KEY_LENGTH + 1
const ROOM = ' '.repeat(SENT_HEAD)

const makeSent = (text: string): Sent => {
  const bytes = Buffer.from(ROOM + text)
  return { bytes, head: new Float64Array(bytes.buffer, bytes.byteOffset, 2) }
}

/** A fresh copy as this context has found it in shared memory: nothing takes its place before it is fresh no more. */
interface Held extends Sent {
  /** Of the channel table, as in the copy's key. */
  readonly generation: number
  readonly freshUntil: number
}

/** By what `$gh_copy_name` names; emptied when it would be too long. */
export const held = new Map<string, Held>()
const MOST_HELD_BYTES = 128 * 1024
const size = { bytes: 0 }

const hold = (name: string, copy: Held): void => {
  const { length } = copy.bytes
  if (length > LONG) return
  if (size.bytes + length > MOST_HELD_BYTES) {
    held.clear()
    size.bytes = 0
  }
  size.bytes += length
  held.set(name, copy)
}

/**
 * A copy that is sent as it is: a fresh one; one that was a moment ago, where another request has gone for a newer one; to a crowd, an older one, too. `null` =
 * none, and this request goes. `name`: what `$gh_copy_name` names.
 */
export const copyAtHand = (
  name: string,
  generation: number,
  now: number,
  fill: Fill,
): Sent | null => {
  const key = `${generation} ${name}`
  const kept = (shortZone.dict ??= texts(SHORT_ZONE)).get(key)
  const copy = kept === ELSEWHERE ? texts(LONG_ZONE).get(key) : kept
  if (copy === undefined || !isCopy(copy)) return null
  const until = freshUntil(copy)
  if (until <= now && !isSentPast(key, copy, now)) return null
  const sent = makeSent(sentText(copy, fill))
  if (until > now && !isMarked(copy)) hold(name, { ...sent, generation, freshUntil: until })
  return sent
}

/** Whether a copy that is fresh no more is sent all the same, as above. */
const isSentPast = (key: string, copy: string, now: number): boolean => {
  const good = goodUntil(copy)
  const freshMs = good - freshUntil(copy)
  return now < good + freshMs && countAhead(key, freshMs) > (now < good ? 1 : MOST_AHEAD)
}

/** Whether a copy that is past is sent to a crowd all the same. */
export const isNotLongPast = (copy: Copy, now: number): boolean =>
  now < 2 * copy.goodUntil - copy.freshUntil

/** Stores a copy. */
export const keepCopy = (key: string, copy: Copy, now: number): void => {
  if (key === '' || copy.text.length > LONGEST) return
  const between = copy.isMarked ? '*' : ' '
  const value = `${timeText(copy.freshUntil)}${between}${timeText(copy.goodUntil)}\n${copy.text}`
  // Kept longer than it is sent, for comparison with the next one.
  const ttl = copy.goodUntil - now + 20_000
  const isLong = value.length > LONG
  if (!isLong) trySet(texts(SHORT_ZONE), key, value, ttl)
  else if (trySet(texts(LONG_ZONE), key, value, ttl)) trySet(texts(SHORT_ZONE), key, ELSEWHERE, ttl)
}

/** Marks a manifest as written for each viewer: it is not cached for `ttlMs`. */
export const keepUnshared = (key: string, ttlMs: number): void => {
  if (key !== '') trySet(texts(SHORT_ZONE), key, UNSHARED, ttlMs)
}

/** Stores the status of an origin's error, for requests at the same time. */
export const keepFailure = (key: string, status: number, ttlMs: number): void => {
  if (key !== '') trySet(texts(SHORT_ZONE), key, FAILED + String(status), ttlMs)
}

/** Values that redirections of a channel's origin gave lately, which no viewer is shown. */
export const readGiven = (channel: string): readonly string[] =>
  texts('gh_manifests').get(`@ ${channel}`)?.split('\n') ?? []

const MOST_GIVEN = 16

/** Stores such values for an hour, beside those before them. */
export const keepGiven = (channel: string, values: readonly string[]): void => {
  const plain = values.filter((it) => it.length <= 512 && !/[\r\n]/.test(it))
  if (plain.length === 0) return
  const all = [...new Set([...plain, ...readGiven(channel)])].slice(0, MOST_GIVEN)
  trySet(texts('gh_manifests'), `@ ${channel}`, all.join('\n'), 3_600_000)
}

/** Before the name of a variable that no viewer may read. */
const SECRET = '!'

/** Variables that a channel's multivariant playlist defines (`EXT-X-DEFINE`), for media playlists that import them. */
export const readDefinitions = (channel: string): HlsVariables => {
  const text = texts('gh_manifests').get(`= ${channel}`)
  if (text === undefined) return {}
  const found: Record<string, HlsVariable> = {}
  for (const line of text.split('\n')) {
    const isSecret = line.startsWith(SECRET)
    const at = line.indexOf('=')
    if (at > 0)
      found[line.slice(isSecret ? 1 : 0, at)] = {
        value: line.slice(at + 1),
        from: isSecret ? 'secret' : 'manifest',
      }
  }
  return found
}

/** Stores these variables for a day. */
export const keepDefinitions = (channel: string, variables: HlsVariables): void => {
  const lines = Object.entries(variables).map(
    ([name, { value, from }]) =>
      `${from === 'secret' ? SECRET : ''}${name}=${value.replace(/[\r\n]/g, '')}`,
  )
  if (lines.length > 0)
    trySet(texts('gh_manifests'), `= ${channel}`, lines.join('\n').slice(0, 8192), 86_400_000)
}
