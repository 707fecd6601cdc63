import { isPseudoUser } from '#domain/viewer/person'

/** Fields that name a person, wherever they stand in an answer. */
const NAMES = new Set(['user_name', 'accountName', 'username'])
/** Fields that hold an address, a network or what else leads to a person. */
const ADDRESSES = new Set(['ip', 'address', 'network', 'firstAddress', 'firstNetwork'])
/** Fields that identify one account, one device or one copy: replaced by a mark that is the same for the same value. */
const IDS = new Set(['user_id', 'account', 'device', 'download', 'token', 'viewer'])
/** Of those, the ones that hold an account. */
const ACCOUNTS = new Set(['user_id', 'account'])
/** Routes whose rows have the id of a device, a network or a copy. */
const IDENTIFYING = /\/(?:devices|networks|downloads)(?:\/|$)/
/** Routes whose `key` is a person. */
const PERSONAL = /\/history\/(?:accounts|viewers)/
/** Positions, shown to about 100 km. */
const POSITIONS = new Set(['latitude', 'longitude'])
/** What is left out altogether. */
const WITHHELD = new Set(['user_agent', 'agent', 'playback', 'player', 'note', 'city', 'region'])
/** Filters that would tell whether a guess is right. */
const FILTERS = new Set([...IDS, ...ADDRESSES])
/** Routes of one person, device, network or copy. */
const OF_ONE = /\/(?:accounts|devices|networks|downloads)\/[:*]/

const maskedName = (text: string): string => `${text.slice(0, 1)}•••`

/** The first half of an IPv4 address or the first two groups of an IPv6 one. */
export const maskedAddress = (text: string): string => {
  const v4 = /^(\d+\.\d+)\./.exec(text)
  if (v4) return `${v4[1]}.•.•`
  const v6 = /^([\da-f]+:[\da-f]+):/i.exec(text)
  return v6 ? `${v6[1]}:•` : '•'
}

/** The mark of an account; that of a pseudo user tells that it is one, so that it is counted as no account. */
const markOfAccount = (account: string, markOf: (text: string) => string): string =>
  isPseudoUser(account) ? `server:${markOf(account)}:0` : markOf(account)

const maskField = (key: string, value: unknown, markOf: (text: string) => string): unknown => {
  if (value === null || value === undefined) return value
  if (POSITIONS.has(key)) return typeof value === 'number' ? Math.round(value) : null
  if (typeof value !== 'string') return undefined
  if (NAMES.has(key)) return maskedName(value)
  if (ADDRESSES.has(key)) return maskedAddress(value)
  if (ACCOUNTS.has(key)) return markOfAccount(value, markOf)
  if (IDS.has(key)) return markOf(value)
  return WITHHELD.has(key) ? '' : undefined
}

/**
 * An answer of the API as somebody sees it who may not know who the viewers are: names, addresses, ids and places are masked at every depth.
 * `markOf` gives a text that is the same for the same id and does not reveal it; `route` is the pattern of the answer's route.
 */
export const masked = (answer: unknown, markOf: (id: string) => string, route = ''): unknown => {
  if (Array.isArray(answer)) return answer.map((item) => masked(item, markOf, route))
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => {
      const isId =
        (key === 'key' && PERSONAL.test(route)) || (key === 'id' && IDENTIFYING.test(route))
      const replaced = maskField(isId ? 'device' : key, value, markOf)
      return [key, replaced === undefined ? masked(value, markOf, route) : replaced]
    }),
  )
}

/** The filter of a question that names a person, a device or a place of the network; `null` where it has none. `route` is the pattern of its address. */
export const identifyingFilter = (route: string, query: object): string | null => {
  if (OF_ONE.test(route)) return 'id'
  return Object.keys(query).find((name) => FILTERS.has(name)) ?? null
}
