import { numbers, texts, trySet } from './memory.ts'

/** Lifetime of marks: longer than that of any entry, so that zones that evict the oldest keep them. */
const MARK_MS = 40 * 86_400_000
/** Difference in seconds between the heartbeats of two zones from which on the worker counts as stale. */
const LEFT_BEHIND_SEC = 10

const BORN = ' born'
const BEAT = ' writeHeartbeat'
const SERIAL = ' serial'

/** Zones that a reload with another size has emptied since the last look; only those where their content does not show it. */
export interface Emptied {
  /** `gh_state`: when bans were lifted, cursors and counters. */
  readonly state: boolean
  /** `gh_ring`: reports for the next sync. */
  readonly ring: boolean
  /** `gh_denied`: reasons of bans and cached refusals. */
  readonly reasons: boolean
}

const isNew = <V extends string | number>(dict: NgxSharedDict<V>, value: V): boolean => {
  if (dict.get(BORN) !== undefined) return false
  return trySet(dict, BORN, value, MARK_MS)
}

/** As {@link isNew}, for a zone whose entries do not expire. */
const isNewState = (now: number): boolean => {
  const state = numbers('gh_state')
  if (state.get(BORN) !== undefined) return false
  return trySet(state, BORN, now)
}

/** Stores the serial from which on reported bytes are known: the counts of earlier connections were in the old zone. */
const markStreamSerial = (now: number): void => {
  const streams = numbers('gh_streams')
  if (streams.get(BORN) !== undefined) return
  trySet(streams, SERIAL, numbers('gh_state').get('serial') ?? now, MARK_MS)
  trySet(streams, BORN, now, MARK_MS)
}

/** Finds the zones that were emptied, and marks them as known. `now`: Unix ms. */
export const findEmptied = (now: number): Emptied => {
  markStreamSerial(now)
  return {
    state: isNewState(now),
    ring: isNew(texts('gh_ring'), String(now)),
    reasons: isNew(texts('gh_denied'), String(now)),
  }
}

/** Writes a heartbeat to every zone that running streams read. `now`: Unix seconds. */
export const writeHeartbeat = (now: number): void => {
  for (const zone of ['gh_leases', 'gh_bans', 'gh_streams'] as const)
    trySet(numbers(zone), BEAT, now, MARK_MS)
  trySet(numbers('gh_state'), BEAT, now)
  trySet(texts('gh_ring'), BEAT, String(now), MARK_MS)
}

/**
 * Whether this worker is from before a reload that gave a zone another size: such a worker still reads the old zone, which no ban and no sync
 * updates any more.
 */
export const isStaleWorker = (): boolean => {
  const beats = [
    ...(['gh_leases', 'gh_bans', 'gh_streams', 'gh_state'] as const).map((zone) =>
      numbers(zone).get(BEAT),
    ),
    Number(texts('gh_ring').get(BEAT) ?? Number.NaN),
  ].filter((it): it is number => it !== undefined && !Number.isNaN(it))
  return beats.length > 1 && Math.max(...beats) - Math.min(...beats) > LEFT_BEHIND_SEC
}

/**
 * Of `bytes` sent in `seconds` by a connection whose reported bytes are unknown: the share that was sent since the zone was emptied, or all
 * where the connection began later. `now`: Unix ms.
 */
export const bytesSinceEmptied = (
  serial: string,
  bytes: number,
  seconds: number,
  now: number,
): number => {
  const streams = numbers('gh_streams')
  const last = streams.get(SERIAL)
  const born = streams.get(BORN)
  if (last === undefined || born === undefined || Number(serial) > last || seconds <= 0)
    return bytes
  const share = Math.min(1, Math.max(0, now - born) / 1000 / seconds)
  return Math.round(bytes * share)
}
