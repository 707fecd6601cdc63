import { ticketsGiven } from '../../domain/addresses/address-logins.ts'
import { type OwnValue, ownValues } from '../../domain/addresses/own-arguments.ts'
import { addressOf, hostOfOrigin } from '../../domain/addresses/resolve.ts'
import type { ChannelRecord } from '../../domain/channels/channel-table.ts'
import { decodePercent } from '../../domain/credentials/encoding.ts'
import type { Variables } from '../../platform/request.ts'
import { numbers, trySet } from '../../state/memory.ts'
import { readChannel } from '../origin.ts'

/** Shorter ones may stand in other words by chance. */
const LEAST = 6

/** Logins of records, found once for each. */
const logins = new WeakMap<ChannelRecord, readonly OwnValue[]>()

const loginsOf = (record: ChannelRecord): readonly OwnValue[] => {
  const before = logins.get(record)
  if (before !== undefined) return before
  const own = ownValues(record.base + record.entry, record.query).filter((it) => it.isLogin)
  logins.set(record, own)
  return own
}

/** Whether a text has another in any letters, or encoded. */
const has = (text: string, word: string): boolean => {
  const [small, wanted] = [text.toLowerCase(), word.toLowerCase()]
  return small.includes(wanted) || (small.includes('%') && decodePercent(small).includes(wanted))
}

/** Whether a header's value has a part of the login in the channel's own address. */
export const tellsLogin = (variables: Variables, value: string): boolean => {
  const record = readChannel(variables['gh_channel'] ?? '')
  return record !== null && loginsOf(record).some(({ text }) => has(value, text))
}

/** Whether it has that, a ticket of the address that answers, or a server's name. */
export const tellsOfOrigin = (variables: Variables, value: string): boolean => {
  if (tellsLogin(variables, value)) return true
  const { gh_origin: origin = '', gh_path: asked = '', gh_channel: channel = '' } = variables
  const origins = [origin, readChannel(channel)?.origin ?? origin]
  if (origins.some((it) => has(value, hostOfOrigin(it)))) return true
  const { path, query } = addressOf(origin, asked)
  return ticketsGiven(path, query).some((it) => it.length >= LEAST && has(value, it))
}

/** What is known of the headers of an origin: in a crowd, where looking holds a JavaScript context for as long as a viewer loads, they are looked at now and then. */
const SAFE = 1
const TELLING = 2
const SAFE_MS = 5_000
const TELLING_MS = 3_600_000

const keyOf = (origin: string): string => `headers ${origin}`

/** Keeps what was found in an answer of an origin. */
export const noteHeaders = (origin: string, isTelling: boolean): void => {
  const pace = numbers('gh_pace')
  const before = pace.get(keyOf(origin))
  if (isTelling && before !== TELLING) trySet(pace, keyOf(origin), TELLING, TELLING_MS)
  else if (!isTelling && before === undefined) trySet(pace, keyOf(origin), SAFE, SAFE_MS)
}

/** Whether an origin's answers were looked at a moment ago, and told nothing. */
export const hasSafeHeaders = (origin: string): boolean =>
  numbers('gh_pace').get(keyOf(origin)) === SAFE
