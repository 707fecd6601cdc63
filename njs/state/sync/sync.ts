import type {
  ProtocolRow,
  ReportedSession,
  SyncRequest,
  SyncResponse,
} from '../../domain/channels/protocol.ts'
import { parseJson } from '../../platform/json.ts'
import { logError } from '../../platform/log.ts'
import { callControl } from '../../platform/request.ts'
import { findEmptied, writeHeartbeat } from '../emptied.ts'
import { bansCursor, beginBans, forgetCursors, isBanKey, noteCursor } from '../known-bans.ts'
import { closeStream, dropLease, RING_SIZE, recallLease, reportLeases } from '../leases.ts'
import { engine, forgetRefused, freeSpace, numbers, renewText, texts, trySet } from '../memory.ts'
import { clearBan, forgiveAll, isSessionBanned, setBan } from '../refusals.ts'
import { pendingReports } from '../reports.ts'
import { noteTableChange, tableVersion } from '../table-halves.ts'
import { isDiskFull } from './disk-probe.ts'
import { openPushes } from './pushes.ts'
import { loadTables, noteSteps, settleTables } from './tables.ts'
import { drainTraffic } from './traffic.ts'
import { readTroubles } from './troubles.ts'

/** Most reports of a kind at one sync; fewer where control was too busy to answer the last ones in time. */
const MOST_REPORTS = 1000
const FEWEST_REPORTS = 16
const MOST_DEGRADED = 500
const MOST_RUNNING = 200
const MOST_ENDED = 500
const MOST_PAST = 100
const MOST_PROTOCOLS = 100
const KILL_MS = 3_600_000
const MINUTE_MS = 60_000
/** Every lease in use is reported at least once in so many seconds. */
const SEEN_WINDOW_SEC = 25
/** Time for one run, in ms: it must end before the next begins. */
const BUDGET_MS = 800

/** Settings of the sync, from nginx variables: edge id, inner socket, traffic log. */
export interface SyncPlace {
  readonly edge: string
  readonly inner: string
  readonly trafficLog: string
  /** Sentences about this edge, a line each; empty without. */
  readonly troublesFile: string
  /** What the files that nginx has read say of themselves. */
  readonly release: string
  readonly files: string
  /** Address that control planes on other machines push to; empty = none. */
  readonly push: string
}

const mostReports = (): number => numbers('gh_state').get('mostReports') ?? MOST_REPORTS

const setMostReports = (most: number): void => {
  const bounded = Math.min(MOST_REPORTS, Math.max(FEWEST_REPORTS, Math.floor(most)))
  trySet(numbers('gh_state'), 'mostReports', bounded)
}

const drainSeen = (most: number): { keys: string[]; end: number; isAll: boolean } => {
  const state = numbers('gh_state')
  const head = state.get('ringHead') ?? 0
  const tail = Math.max(state.get('ringTail') ?? 0, head - RING_SIZE)
  const end = Math.min(head, tail + most)
  const keys = new Set<string>()
  for (let at = tail + 1; at <= end; at += 1) {
    const key = texts('gh_ring').get(String(at % RING_SIZE))
    if (key !== undefined) keys.add(key)
  }
  return { keys: [...keys], end, isAll: end === head }
}

const have = (name: string): string | null => texts('gh_texts').get(name) ?? null

/** Random id of this start of nginx, set by the first worker that reads it. */
const bootId = (): string => {
  const dict = texts('gh_texts')
  dict.add('boot', `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`)
  return dict.get('boot') ?? ''
}

/** Replaces a text. Throws where there is no room; the older one then stays. */
const keep = (name: string, text: string): void => {
  if (!renewText(texts('gh_texts'), name, text)) throw new Error(`no room for ${name}`)
}

const applyKeys = (keys: NonNullable<SyncResponse['keys']>): void => {
  const dict = texts('gh_texts')
  const kids = Object.keys(keys.secrets)
  const before = (dict.get('kids') ?? '').split(',').filter((kid) => kid !== '')
  const isRevoked = before.some((kid) => dict.get(`k${kid}`) !== keys.secrets[kid])
  const isSignedAnew = dict.get('current') !== String(keys.current)
  for (const kid of kids) keep(`k${kid}`, keys.secrets[kid] ?? '')
  for (const kid of before) if (!kids.includes(kid)) dict.delete(`k${kid}`)
  keep('kids', kids.join(','))
  keep('current', String(keys.current))
  keep('keysVersion', keys.version)
  // Verified seals and rewritten manifests are kept by the generation of channels. Copies with seals of two keys would pass for those of two viewers.
  if (isRevoked || isSignedAnew) noteTableChange('channels')
  else forgetRefused()
}

/** Control no longer accepts this edge's key: without keys and policy it opens no sessions, and its health reports it. */
const dropKeysAndPolicy = (): void => {
  const dict = texts('gh_texts')
  applyKeys({ version: '', current: 0, secrets: {} })
  for (const name of ['current', 'keysVersion', 'policy', 'policyVersion']) dict.delete(name)
}

/** Says in the error log, once a minute, why the edge gets nothing; `now`: Unix ms. */
const tellRefused = (now: number): void => {
  const state = numbers('gh_state')
  const minute = Math.floor(now / MINUTE_MS)
  if (state.get('refusedMinute') === minute) return
  trySet(state, 'refusedMinute', minute)
  const advice = 'it is another or was revoked; `gatehouse edges add` there prints a new one'
  logError('sync', `control does not take this edge's key (control.edge_key_file): ${advice}`)
}

/** Most keys read from the zone of bans at a full list. */
const MOST_BANS = 1_000_000

const applyBans = (bans: NonNullable<SyncResponse['bans']>, shift: number): void => {
  const now = Date.now()
  beginBans()
  for (const [key, until, reason] of bans.set) setBan(key, until + shift, now, reason)
  for (const key of bans.clear) clearBan(key)
  if (bans.full) {
    // Bans that a full list does not have were lifted. The zone is not cleared first, so that bans hold meanwhile.
    const named = new Set(bans.set.map(([key]) => key))
    for (const key of numbers('gh_bans').keys(MOST_BANS))
      if (isBanKey(key) && !named.has(key)) clearBan(key)
  }
  noteCursor(bans.cursor)
}

/** Ends sessions: deletes their leases and refuses their keys for an hour, or for as long as control's ban of the session holds. */
export const killLeases = (keys: readonly string[], now: number): void => {
  for (const key of keys) {
    if (!isSessionBanned(key, now)) setBan(key, now + KILL_MS, now)
    dropLease(key)
  }
}

/** Reports all leases where the epoch has changed, that is, where control has lost its sessions; returns whether it did. */
const noteEpoch = (epoch: string | undefined): boolean => {
  if (epoch === undefined) return false
  const known = have('epoch')
  if (known === epoch) return false
  keep('epoch', epoch)
  if (known !== null) reportLeases()
  return known !== null
}

/** Applies one part of an answer; an exception is logged, so that the other parts are applied. */
const attempt = (part: string, work: () => void): void => {
  try {
    work()
  } catch (problem) {
    logError(`sync of ${part}`, problem)
  }
}

const apply = ({ now, keys, policy, bans, ...answer }: SyncResponse): void => {
  // Times of bans are control's: the difference of the clocks is added.
  const shift = Date.now() - now
  if (keys) attempt('keys', () => applyKeys(keys))
  if (bans) attempt('bans', () => applyBans(bans, shift))
  killLeases(answer.kill ?? [], Date.now())
  for (const key of answer.drop ?? []) recallLease(key)
  for (const key of answer.close ?? []) closeStream(key)
  if (policy) {
    attempt('policy', () => {
      keep('policy', JSON.stringify(policy))
      keep('policyVersion', policy.version)
      forgetRefused()
    })
  }
  noteSteps(answer.tables ?? [])
  const state = numbers('gh_state')
  trySet(state, 'heard', Math.floor(Date.now() / 1000))
  trySet(state, 'clockShift', shift)
}

/** Parses a report of two words: `key reason` of an ended session, `channel origin` of what leads past the edge and of manifests that are written for each viewer, `origin reason` of one asked in vain. */
const twoWords = (text: string): readonly [string, string] => {
  const [first = '', second = ''] = text.split(' ')
  return [first, second]
}

/** Parses a report of what an origin answers: `channel protocol`. */
const protocolRow = (text: string): ProtocolRow => {
  const [channel = '', protocol = ''] = text.split(' ')
  return [channel, protocol === 'dash' || protocol === 'mpegts' ? protocol : 'hls']
}

const buildRequest = (place: SyncPlace, most: number) => {
  const seen = drainSeen(most)
  const degraded = pendingReports('degraded', Math.min(most, MOST_DEGRADED))
  const running = pendingReports('running', Math.min(most, MOST_RUNNING))
  const ended = pendingReports('ended', Math.min(most, MOST_ENDED))
  const past = pendingReports('past', MOST_PAST)
  const protocols = pendingReports('protocol', MOST_PROTOCOLS)
  const failures = pendingReports('failure', MOST_PAST)
  const unshared = pendingReports('unshared', MOST_PAST)
  const traffic = drainTraffic(place.trafficLog, most / MOST_REPORTS)
  const troubles = readTroubles(place.troublesFile)
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
    more: !seen.isAll || [degraded, running, ended].some(({ isAll }) => !isAll),
    traffic: traffic.rows,
    closed: traffic.closed,
    degraded: degraded.list.map((text) => parseJson<ReportedSession>(text)),
    ...(running.list.length === 0
      ? {}
      : { running: running.list.map((text) => parseJson<ReportedSession>(text)) }),
    ...(ended.list.length === 0 ? {} : { ended: ended.list.map(twoWords) }),
    ...(past.list.length === 0 ? {} : { past: past.list.map(twoWords) }),
    ...(protocols.list.length === 0 ? {} : { protocols: protocols.list.map(protocolRow) }),
    ...(failures.list.length === 0 ? {} : { failures: failures.list.map(twoWords) }),
    ...(unshared.list.length === 0 ? {} : { unshared: unshared.list.map(twoWords) }),
    free: freeSpace(),
    ...(troubles.length === 0 ? {} : { troubles }),
    ...(isDiskFull() ? { diskFull: true } : {}),
    release: place.release,
    files: place.files,
    ...(place.push === '' ? {} : { push: place.push }),
  }
  const done = ({ again = false }: SyncResponse): void => {
    trySet(numbers('gh_state'), 'ringTail', seen.end)
    if (!again) degraded.take()
    running.take()
    ended.take()
    past.take()
    protocols.take()
    failures.take()
    unshared.take()
    traffic.take()
  }
  return { request, done, isAllTraffic: traffic.isAll }
}

/** One sync; returns whether another one should follow at once. */
const exchange = async (place: SyncPlace): Promise<boolean> => {
  const most = mostReports()
  const { request, done, isAllTraffic } = buildRequest(place, most)
  // Control, or Redis, may be too busy for so many: half of them are sent next, unless this is answered in time.
  setMostReports(most / 2)
  const answer = await callControl(place.inner, '/sync', { body: JSON.stringify(request) })
  if (answer.status === 401) {
    dropKeysAndPolicy()
    tellRefused(Date.now())
  }
  if (answer.status !== 200) return false
  setMostReports(most * 2)
  const response = parseJson<SyncResponse>(answer.body)
  done(response)
  apply(response)
  const isMoreToReport = !isAllTraffic || (request.more === true && response.again !== true)
  return noteEpoch(response.epoch) || response.more === true || isMoreToReport
}

/** Restores what a reload that emptied a zone has lost: reports leases, loads bans, voids refusals. `now`: Unix ms. */
const recoverEmptied = (now: number): void => {
  settleTables()
  const { state, ring, reasons } = findEmptied(now)
  writeHeartbeat(Math.floor(now / 1000))
  if (state) forgiveAll(now)
  if (state || ring) reportLeases(now / 1000 - SEEN_WINDOW_SEC)
  if (reasons) forgetCursors()
  openPushes(now)
}

/** The work of one second: syncs, applies the answers, loads tables page by page. Logs exceptions. */
export const runSync = async (place: SyncPlace): Promise<void> => {
  const deadline = Date.now() + BUDGET_MS
  try {
    recoverEmptied(Date.now())
    while ((await exchange(place)) && Date.now() < deadline);
    await loadTables(place.inner, deadline)
  } catch (problem) {
    logError('sync', problem)
  }
}
