import { KEY_LENGTH } from './domain/lease.ts'
import { type DegradedOpening, TELL } from './domain/protocol.ts'
import { readLease } from './leases.ts'
import { nowSec, texts, trySet } from './memory.ts'
import { noteReport } from './reports.ts'
import { type Request, told } from './request.ts'
import { deviceOf } from './session.ts'

/** A playback and the player it is on; no player where any may go on with it. */
export interface Played {
  readonly key: string
  readonly device: string
}

const PLAYED_MS = 86_400_000

interface Account {
  /** 0 = any number. */
  readonly cap: number
  /** What control let in here, the latest first. */
  readonly played: readonly Played[]
}

const nameOf = (account: string): string => `p${account}`

const readAccount = (account: string): Account | null => {
  const text = texts('gh_identity').get(nameOf(account))
  if (text === undefined) return null
  const [cap = '0', ...rows] = text.split('|')
  const played = rows.map((row) => ({
    key: row.slice(0, KEY_LENGTH),
    device: row.slice(KEY_LENGTH),
  }))
  return { cap: Number(cap), played }
}

const LOCK_MS = 100
const LOCK_TRIES = 2000

/** Alone among the workers. One that died in here, or takes long, is not waited for for long. */
const alone = (name: string, act: () => void): void => {
  const dict = texts('gh_identity')
  let isMine = false
  for (let tries = 0; tries < LOCK_TRIES && !isMine; tries += 1)
    isMine = dict.add(name, '', LOCK_MS)
  act()
  if (isMine) dict.delete(name)
}

const remember = (account: string, cap: number, latest: Played): void => {
  const others = readAccount(account)?.played.filter(({ device }) => device !== latest.device) ?? []
  const rows = [latest, ...others].slice(0, cap).map(({ key, device }) => key + device)
  trySet(texts('gh_identity'), nameOf(account), [cap, ...rows].join('|'), PLAYED_MS)
}

/** Remembers whom control let in and how many it lets in, for the time when it is away. */
export const notePlayed = (r: Request, account: string, key: string): void => {
  const cap = told(r, TELL.cap)
  if (cap === '') return
  const latest = { key, device: deviceOf(r) }
  alone(`l${account}`, () => {
    remember(account, Number(cap), latest)
  })
}

/** Takes one of the places beside what control let in, or keeps the one it has. Places free themselves. */
export const takeSlot = (
  account: string,
  groupCap: number | null,
  wish: Played,
  ttlSec: number,
): boolean => {
  const { cap, played } = readAccount(account) ?? { cap: groupCap, played: [] }
  const { key, device } = wish
  if (cap === null || cap === 0 || played.some((one) => one.key === key)) return true
  const now = nowSec()
  const isBusy = (one: Played) => one.device !== device && readLease(one.key, now) !== null
  const free = cap - played.filter(isBusy).length
  const dict = texts('gh_slots')
  const ttlMs = ttlSec * 1000
  for (let place = 0; place < free; place += 1) {
    const name = `${account}#${place}`
    if (dict.get(name) === key) return trySet(dict, name, key, ttlMs)
  }
  for (let place = 0; place < free; place += 1) {
    if (dict.add(`${account}#${place}`, key, ttlMs)) return true
  }
  return false
}

/** Notes a session opened without control, for the next sync. */
export const noteDegraded = (opening: DegradedOpening): void => {
  noteReport('degraded', JSON.stringify(opening))
}
