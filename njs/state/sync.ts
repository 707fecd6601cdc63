import type {
  DegradedOpening,
  EndedRow,
  SyncRequest,
  SyncResponse,
} from '../domain/channels/protocol.ts'
import { parseJson } from '../platform/json.ts'
import { logError } from '../platform/log.ts'
import { callControl } from '../platform/request.ts'
import { announceLeases, dropLease, RING_SIZE, recallLease } from './leases.ts'
import { engine, freeSpace, numbers, texts, trySet } from './memory.ts'
import { clearBan, isSessionBanned, setBan } from './refusals.ts'
import { pendingReports } from './reports.ts'
import { loadTables, noteSteps } from './tables.ts'
import { drainTraffic } from './traffic.ts'

const MOST_SEEN = 1000
const MOST_DEGRADED = 500
const MOST_ENDED = 500
const KILL_MS = 3_600_000
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

const applyKeys = (keys: NonNullable<SyncResponse['keys']>): void => {
  const dict = texts('gh_texts')
  const kids = Object.keys(keys.secrets)
  for (const kid of kids) dict.set(`k${kid}`, keys.secrets[kid] ?? '')
  for (const kid of (dict.get('kids') ?? '').split(','))
    if (kid !== '' && !kids.includes(kid)) dict.delete(`k${kid}`)
  dict.set('kids', kids.join(','))
  dict.set('current', String(keys.current))
  dict.set('keysVersion', keys.version)
}

/** Control planes whose place in the ban list is kept. */
const MOST_CURSORS = 8

/** Keeps the place in each control plane's list, newest first: syncs reach now this one, now that one. */
const noteCursor = (cursor: string): void => {
  const [plane = ''] = cursor.split('.')
  const others = (have('bansCursor') ?? '').split(',').filter((it) => !it.startsWith(`${plane}.`))
  const kept = [cursor, ...others.filter((it) => it !== '')].slice(0, MOST_CURSORS)
  texts('gh_texts').set('bansCursor', kept.join(','))
}

/** This edge was revoked: without keys and policy it lets nobody new in, and its health says so. */
const forgetTrust = (): void => {
  const dict = texts('gh_texts')
  applyKeys({ version: '', current: 0, secrets: {} })
  for (const name of ['current', 'keysVersion', 'policy', 'policyVersion']) dict.delete(name)
}

/** Far more than anybody bans; a full list is rare and comes outside of requests. */
const MOST_BANS = 1_000_000

const applyBans = (bans: NonNullable<SyncResponse['bans']>, shift: number): void => {
  const now = Date.now()
  for (const [key, until, reason] of bans.set) setBan(key, until + shift, now, reason)
  for (const key of bans.clear) clearBan(key)
  if (bans.full) {
    // What a full list does not name was lifted while nobody told us. Never cleared whole: nobody slips through.
    const named = new Set(bans.set.map(([key]) => key))
    for (const key of numbers('gh_bans').keys(MOST_BANS)) if (!named.has(key)) clearBan(key)
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
  texts('gh_texts').set('epoch', epoch)
  if (known !== null) announceLeases()
  return known !== null
}

const apply = (answer: SyncResponse): void => {
  const dict = texts('gh_texts')
  // Bans come in control's time, so that a wrong clock here does not shorten them.
  const shift = Date.now() - answer.now
  if (answer.keys) applyKeys(answer.keys)
  if (answer.policy) {
    dict.set('policy', JSON.stringify(answer.policy))
    dict.set('policyVersion', answer.policy.version)
  }
  if (answer.bans) applyBans(answer.bans, shift)
  killLeases(answer.kill ?? [], Date.now())
  for (const key of answer.drop ?? []) recallLease(key)
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
      networks: have('networksVersion'),
      channels: have('channelsVersion'),
      bans: have('bansCursor'),
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
  if (answer.status === 401) forgetTrust()
  if (answer.status !== 200) return false
  const response = parseJson<SyncResponse>(answer.body)
  done(response)
  apply(response)
  return noteEpoch(response.epoch) || response.more === true
}

/** One second's work: report, take in what is new, load tables page by page. */
export const runSync = async (place: SyncPlace): Promise<void> => {
  const deadline = Date.now() + BUDGET_MS
  try {
    numbers('gh_state').add('pushSince', Date.now())
    while ((await exchange(place)) && Date.now() < deadline);
    await loadTables(place.inner, deadline)
  } catch (problem) {
    logError('sync', problem)
  }
}
