import { ANSWER_HEADERS, type DegradedOpening } from '../domain/channels/protocol.ts'
import { KEY_LENGTH } from '../domain/viewer/lease.ts'
import { controlHeader, type Request } from '../platform/request.ts'
import { isPlayed } from './leases.ts'
import { keepText, nowSec, numbers, texts, tryAdd, trySet } from './memory.ts'
import { noteReport } from './reports.ts'
import { deviceOf } from './session.ts'

/** A playback and the player it is on; no player where any may go on with it. */
export interface Played {
  readonly key: string
  readonly device: string
}

const PLAYED_MS = 86_400_000
/** Characters of a User-Agent that are kept for control. */
const MOST_AGENT = 1000
/** An edge alone looks at every place of an account: it keeps no cap above this. */
const MOST_PLACES = 1000

const capName = (account: string): string => `p${account}`

const placeName = (account: string, place: number): string => `p${account}#${place}`

/** Streams the account may play, as control said; 0 = any number. */
const readCap = (account: string): number | null => {
  const text = texts('gh_identity').get(capName(account))
  return text === undefined ? null : Number(text)
}

/** What control let in here, by place. */
const readPlayed = (account: string, cap: number): (Played | null)[] => {
  const dict = texts('gh_identity')
  return Array.from({ length: cap }, (_, place) => {
    const text = dict.get(placeName(account, place))
    if (text === undefined) return null
    return { key: text.slice(0, KEY_LENGTH), device: text.slice(KEY_LENGTH) }
  })
}

/** Each place is one entry, so that workers who note at once do not overwrite one another. */
const takePlace = (account: string, cap: number, latest: Played): void => {
  const dict = texts('gh_identity')
  const text = latest.key + latest.device
  const now = nowSec()
  const places = readPlayed(account, cap)
  const own = places.findIndex((one) => one?.device === latest.device)
  if (own >= 0) return void keepText('gh_identity', placeName(account, own), text, PLAYED_MS)
  for (const [place, one] of places.entries()) {
    const name = placeName(account, place)
    if (one !== null && isPlayed(one.key, now)) continue
    if (one !== null) dict.delete(name)
    if (tryAdd(dict, name, text, PLAYED_MS)) return
  }
}

/** Remembers the admitted sessions of an account and its cap, for degraded mode. */
export const rememberSeats = (r: Request, account: string, key: string): void => {
  const cap = controlHeader(r, ANSWER_HEADERS.cap)
  if (cap === '') return
  const places = Number(cap) <= MOST_PLACES ? Number(cap) : 0
  keepText('gh_identity', capName(account), String(places), PLAYED_MS)
  takePlace(account, places, { key, device: deviceOf(r) })
}

/**
 * Stands for a lease key in a place: 48 of its 96 bits. A number is overwritten in place, so that a full dictionary refuses who is new and
 * nobody who plays.
 */
const markOf = (key: string): number => Buffer.from(key, 'base64url').readUIntBE(0, 6)

/** Takes one of the account's remaining slots in degraded mode, or keeps the one it holds; slots expire. */
export const takeSeat = (
  account: string,
  groupCap: number | null,
  wish: Played,
  ttlSec: number,
): boolean => {
  const cap = readCap(account) ?? groupCap
  if (cap === null || cap === 0 || cap > MOST_PLACES) return true
  const { key, device } = wish
  const mark = markOf(key)
  const played = readPlayed(account, cap).filter((one) => one !== null)
  if (played.some((one) => one.key === key)) return true
  const now = nowSec()
  const isBusy = (one: Played) => one.device !== device && isPlayed(one.key, now)
  const free = cap - played.filter(isBusy).length
  const dict = numbers('gh_slots')
  const ttlMs = ttlSec * 1000
  for (let place = 0; place < free; place += 1) {
    const name = `${account}#${place}`
    if (dict.get(name) === mark) return trySet(dict, name, mark, ttlMs)
  }
  for (let place = 0; place < free; place += 1) {
    if (tryAdd(dict, `${account}#${place}`, mark, ttlMs)) return true
  }
  return false
}

/** Notes a session opened without control, for the next sync. */
export const noteDegraded = (opening: DegradedOpening): void => {
  // No player's name is so long; what is left of it tells him from others as well.
  const agent = opening.agent.slice(0, MOST_AGENT)
  noteReport('degraded', JSON.stringify({ ...opening, agent }))
}
