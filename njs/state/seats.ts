import type { ReportedSession } from '../domain/channels/protocol.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { KEY_LENGTH } from '../domain/viewer/lease.ts'
import { isPlayed } from './leases.ts'
import { addLasting, keepText, nowSec, numbers, putLasting, texts, tryAdd } from './memory.ts'
import { noteReport } from './reports.ts'

/** A session and its device; an empty device where any may continue it. */
export interface Played {
  readonly key: string
  readonly device: string
}

const PLAYED_MS = 86_400_000
/** Characters of a User-Agent that are kept for control. */
const MOST_AGENT = 1000
/** Caps above this are not enforced in degraded mode: the edge reads every slot of the account. */
const MOST_PLACES = 1000

const capName = (account: string): string => `p${account}`

const placeName = (account: string, place: number): string => `p${account}#${place}`

/** The account's cap as control last sent it; 0 = no cap, `null` = unknown. */
const readCap = (account: string): number | null => {
  const text = texts('gh_identity').get(capName(account))
  return text === undefined ? null : Number(text)
}

/** The session that control admitted at this edge in a slot; `null` where there is none. */
const readPlace = (account: string, place: number): Played | null => {
  const text = texts('gh_identity').get(placeName(account, place))
  if (text === undefined) return null
  return { key: text.slice(0, KEY_LENGTH), device: text.slice(KEY_LENGTH) }
}

/** The same of every slot, in their order. */
const readPlayed = (account: string, cap: number): (Played | null)[] =>
  Array.from({ length: cap }, (_, place) => readPlace(account, place))

/**
 * 48 of the 96 bits of a lease key; of a device's id, the 32 it has. Numbers are overwritten in place, so that a full zone refuses new sessions but none
 * that runs.
 */
const markOf = (id: string): number => {
  const bytes = Buffer.from(id, 'base64url')
  return bytes.readUIntBE(0, Math.min(6, bytes.length))
}

/** Whether both are of one device; a session that any may continue is only itself. */
const isSameDevice = (one: Played, other: Played): boolean =>
  one.device === '' || other.device === '' ? one.key === other.key : one.device === other.device

/** Slots that one device may take: an account with a cap of a thousand would otherwise cost a thousand look-ups at each opening. */
const WINDOW = 32

/** The first slot a device may take, of `WINDOW` at most, by its id: the same device always finds its own again. */
const firstPlace = (cap: number, { key, device }: Played): number =>
  cap <= WINDOW ? 0 : markOf(device === '' ? key : device) % cap

/**
 * Stores a session in a slot: its device's own, else the first of its window without a running session. Each slot is an entry, so that workers do not
 * overwrite each other. Where all of a window play, the session is not stored, and not counted in degraded mode.
 */
const takePlace = (account: string, cap: number, latest: Played): void => {
  const dict = texts('gh_identity')
  const text = latest.key + latest.device
  const now = nowSec()
  let over: string | null = null
  const first = firstPlace(cap, latest)
  for (let at = 0; at < Math.min(cap, WINDOW); at += 1) {
    const place = (first + at) % cap
    const name = placeName(account, place)
    // Slots are taken in the window's order: behind one never taken there is none of this device.
    if (over === null && tryAdd(dict, name, text, PLAYED_MS)) return
    const one = readPlace(account, place)
    if (one !== null && isSameDevice(one, latest))
      return void keepText('gh_identity', name, text, PLAYED_MS)
    if (one !== null && over === null && !isPlayed(one.key, now)) over = name
  }
  if (over !== null) keepText('gh_identity', over, text, PLAYED_MS)
}

/** Stores the cap of an account, as control told it, and its latest admitted session, for degraded mode. */
export const rememberSeats = (account: string, cap: string, latest: Played): void => {
  if (cap === '') return
  const places = Number(cap) <= MOST_PLACES ? Number(cap) : 0
  keepText('gh_identity', capName(account), String(places), PLAYED_MS)
  if (places > 0) takePlace(account, places, latest)
}

/** The slots of an account that are taken without control, by the marks of their sessions. */
const readSlots = (account: string, cap: number): Set<number> => {
  const dict = numbers('gh_slots')
  const marks = new Set<number>()
  for (let place = 0; place < cap; place += 1) {
    const mark = dict.get(`${account}#${place}`)
    if (mark !== undefined) marks.add(mark)
  }
  return marks
}

/** Why an account has no slot among its first ones: all of them are taken, or there is no room to note one more. */
const reasonOfNone = (account: string, cap: number): ReasonId => {
  for (let place = 0; place < cap; place += 1)
    if (numbers('gh_slots').get(`${account}#${place}`) === undefined) return 'edge.full'
  return 'cap.edge'
}

/**
 * Takes a free slot of the account in degraded mode, or extends the session's own; returns why there is none, `null` where there is. A slot expires after `ttlSec`;
 * from then on its session counts for as long as it has a lease, as those do that control admitted.
 */
export const takeSeat = (
  account: string,
  groupCap: number | null,
  wish: Played,
  ttlSec: number,
): ReasonId | null => {
  const cap = readCap(account) ?? groupCap
  if (cap === null || cap === 0 || cap > MOST_PLACES) return null
  const { key } = wish
  const mark = markOf(key)
  const played = readPlayed(account, cap).filter((one) => one !== null)
  const slots = readSlots(account, cap)
  const now = nowSec()
  const isKnown = played.some((one) => one.key === key)
  if (isKnown && !slots.has(mark) && isPlayed(key, now)) return null
  const isBusy = (one: Played) =>
    !isSameDevice(one, wish) && !slots.has(markOf(one.key)) && isPlayed(one.key, now)
  const free = cap - played.filter(isBusy).length
  const ttlMs = ttlSec * 1000
  for (let place = 0; place < free; place += 1) {
    const name = `${account}#${place}`
    if (numbers('gh_slots').get(name) !== mark) continue
    putLasting('gh_slots', name, mark, ttlMs)
    return null
  }
  for (let place = 0; place < free; place += 1) {
    if (!addLasting('gh_slots', `${account}#${place}`, mark, ttlMs)) continue
    if (!isKnown) takePlace(account, cap, wish)
    return null
  }
  return reasonOfNone(account, free)
}

/** Reports a session opened without control, or a stream whose lease control has recalled, with the next sync. */
export const reportSession = (kind: 'degraded' | 'running', opening: ReportedSession): void => {
  // A User-Agent is cut to what a report has room for.
  const agent = opening.agent.slice(0, MOST_AGENT)
  noteReport(kind, JSON.stringify({ ...opening, agent }))
}
