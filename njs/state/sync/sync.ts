import type {
  DegradedOpening,
  EndedRow,
  SyncRequest,
  SyncResponse,
} from '../../domain/channels/protocol.ts'
import { parseJson } from '../../platform/json.ts'
import { logError } from '../../platform/log.ts'
import { callControl } from '../../platform/request.ts'
import { beat, findEmptied } from '../emptied.ts'
import { bansCursor, beginBans, forgetCursors, isBanKey, noteCursor } from '../known-bans.ts'
import { announceLeases, dropLease, RING_SIZE, recallLease } from '../leases.ts'
import { engine, freeSpace, numbers, renewText, texts, trySet } from '../memory.ts'
import { clearBan, forgiveAll, isSessionBanned, setBan } from '../refusals.ts'
import { pendingReports } from '../reports.ts'
import { tableVersion } from '../table-halves.ts'
import { openPushes } from './pushes.ts'
import { loadTables, noteSteps, settleTables } from './tables.ts'
import { drainTraffic } from './traffic.ts'

const MOST_SEEN = 1000
const MOST_DEGRADED = 500
const MOST_ENDED = 500
const KILL_MS = 3_600_000
/** Leases used since report themselves once in that many seconds. */
const SEEN_WINDOW_SEC = 25
/** A run must end before the next begins: njs kills the older one. */
const BUDGET_MS = 800

/** Where the sync runs: its sockets and files, from the configuration's variables. */
export interface SyncPlace {
  readonly edge: string
  readonly inner: string
  readonly trafficLog: string
  /** Where control planes on other machines push to; empty without. */
  readonly push: string
}

const drainSeen = (): { keys: string[]; end: number } => {
  const state = numbers('gh_state')
  const head = state.get('ringHead') ?? 0
  const tail = Math.max(state.get('ringTail') ?? 0, head - RING_SIZE)
  const end = Math.min(head, tail + MOST_SEEN)
  const keys = new Set<string>()
  for (let at = tail + 1; at <= end; at += 1) {
    const key = texts('gh_ring').get(String(at % RING_SIZE))
    if (key !== undefined) keys.add(key)
  }
  return { keys: [...keys], end }
}

const have = (name: string): string | null => texts('gh_texts').get(name) ?? null

/** Random per start of nginx, set by the first worker, since the dictionary starts empty. */
const bootId = (): string => {
  const dict = texts('gh_texts')
  dict.add('boot', `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`)
  return dict.get('boot') ?? ''
}

/** Keeps a text in place of an older one. Throws where there is no room for it; the older one stays then. */
const keep = (name: string, text: string): void => {
  if (!renewText(texts('gh_texts'), name, text)) throw new Error(`no room for ${name}`)
}

const applyKeys = (keys: NonNullable<SyncResponse['keys']>): void => {
  const dict = texts('gh_texts')
  const kids = Object.keys(keys.secrets)
  for (const kid of kids) keep(`k${kid}`, keys.secrets[kid] ?? '')
  for (const kid of (dict.get('kids') ?? '').split(','))
    if (kid !== '' && !kids.includes(kid)) dict.delete(`k${kid}`)
  keep('kids', kids.join(','))
  keep('current', String(keys.current))
  keep('keysVersion', keys.version)
}

/** This edge was revoked: without keys and policy it lets nobody new in, and its health says so. */
const dropKeysAndPolicy = (): void => {
  const dict = texts('gh_texts')
  applyKeys({ version: '', current: 0, secrets: {} })
  for (const name of ['current', 'keysVersion', 'policy', 'policyVersion']) dict.delete(name)
}

/** Far more than anybody bans; a full list is rare and comes outside of requests. */
const MOST_BANS = 1_000_000

const applyBans = (bans: NonNullable<SyncResponse['bans']>, shift: number): void => {
  const now = Date.now()
  beginBans()
  for (const [key, until, reason] of bans.set) setBan(key, until + shift, now, reason)
  for (const key of bans.clear) clearBan(key)
  if (bans.full) {
    // What a full list does not name was lifted while nobody told us. Never cleared whole: nobody slips through.
    const named = new Set(bans.set.map(([key]) => key))
    for (const key of numbers('gh_bans').keys(MOST_BANS))
      if (isBanKey(key) && !named.has(key)) clearBan(key)
  }
  noteCursor(bans.cursor)
}

/** Ends sessions: their lease goes and the refusal stays, as long as their own ban where control named one. */
export const killLeases = (keys: readonly string[], now: number): void => {
  for (const key of keys) {
    if (!isSessionBanned(key, now)) setBan(key, now + KILL_MS, now)
    dropLease(key)
  }
}

/** Where control has lost its sessions, it is told of all of them at once; true then. */
const noteEpoch = (epoch: string | undefined): boolean => {
  if (epoch === undefined) return false
  const known = have('epoch')
  if (known === epoch) return false
  keep('epoch', epoch)
  if (known !== null) announceLeases()
  return known !== null
}

/** Each part by itself: what finds no room keeps nothing else from being taken in. */
const attempt = (part: string, work: () => void): void => {
  try {
    work()
  } catch (problem) {
    logError(`sync of ${part}`, problem)
  }
}

const apply = ({ now, keys, policy, bans, ...answer }: SyncResponse): void => {
  // Bans come in control's time, so that a wrong clock here does not shorten them.
  const shift = Date.now() - now
  if (keys) attempt('keys', () => applyKeys(keys))
  if (bans) attempt('bans', () => applyBans(bans, shift))
  killLeases(answer.kill ?? [], Date.now())
  for (const key of answer.drop ?? []) recallLease(key)
  if (policy) {
    attempt('policy', () => {
      keep('policy', JSON.stringify(policy))
      keep('policyVersion', policy.version)
    })
  }
  noteSteps(answer.tables ?? [])
  const state = numbers('gh_state')
  trySet(state, 'heard', Math.floor(Date.now() / 1000))
  trySet(state, 'clockShift', shift)
}

/** Noted as `key reason`. */
const endedRow = (text: string): EndedRow => {
  const [key = '', reason = ''] = text.split(' ')
  return [key, reason]
}

const buildRequest = (place: SyncPlace) => {
  const seen = drainSeen()
  const degraded = pendingReports('degraded', MOST_DEGRADED)
  const ended = pendingReports('ended', MOST_ENDED)
  const traffic = drainTraffic(place.trafficLog)
  const { njs, nginx, engine: name } = engine()
  const request: SyncRequest = {
    edge: place.edge,
    boot: bootId(),
    njs,
    nginx,
    engine: name,
    clock: Date.now(),
    have: {
      policy: have('policyVersion'),
      keys: have('keysVersion'),
      networks: tableVersion('networks'),
      channels: tableVersion('channels'),
      bans: bansCursor(),
      epoch: have('epoch'),
    },
    seen: seen.keys,
    traffic: traffic.rows,
    closed: traffic.closed,
    degraded: degraded.list.map((text) => parseJson<DegradedOpening>(text)),
    ...(ended.list.length === 0 ? {} : { ended: ended.list.map(endedRow) }),
    free: freeSpace(),
    ...(place.push === '' ? {} : { push: place.push }),
  }
  const done = ({ again = false }: SyncResponse): void => {
    trySet(numbers('gh_state'), 'ringTail', seen.end)
    if (!again) degraded.take()
    ended.take()
    traffic.take()
  }
  return { request, done }
}

/** One report and its answer; true where there is more to report at once. */
const exchange = async (place: SyncPlace): Promise<boolean> => {
  const { request, done } = buildRequest(place)
  const answer = await callControl(place.inner, '/sync', { body: JSON.stringify(request) })
  if (answer.status === 401) dropKeysAndPolicy()
  if (answer.status !== 200) return false
  const response = parseJson<SyncResponse>(answer.body)
  done(response)
  apply(response)
  return noteEpoch(response.epoch) || response.more === true
}

/** What is forgotten or told anew where a reload has emptied a dictionary. `now`: Unix ms. */
const mendEmptied = (now: number): void => {
  settleTables()
  const { state, ring, reasons } = findEmptied(now)
  beat(Math.floor(now / 1000))
  if (state) forgiveAll(now)
  if (state || ring) announceLeases(now / 1000 - SEEN_WINDOW_SEC)
  if (reasons) forgetCursors()
  openPushes(now)
}

/** One second's work: report, take in what is new, load tables page by page. */
export const runSync = async (place: SyncPlace): Promise<void> => {
  const deadline = Date.now() + BUDGET_MS
  try {
    mendEmptied(Date.now())
    while ((await exchange(place)) && Date.now() < deadline);
    await loadTables(place.inner, deadline)
  } catch (problem) {
    logError('sync', problem)
  }
}
