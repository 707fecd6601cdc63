import { numbers, texts, trySet } from './memory.ts'

/** Longer than anything else is kept: in a dictionary whose oldest give way, marks go last. */
const MARK_MS = 40 * 86_400_000
/** Beats in one dictionary may lag those in another by this before its workers count as left behind. */
const LEFT_BEHIND_SEC = 10

const BORN = ' born'
const BEAT = ' beat'
const SERIAL = ' serial'

/** Which dictionaries a reload with another size has emptied since the last look, among those that do not tell by their content. */
export interface Emptied {
  /** What was lifted, forgiven and counted is forgotten. */
  readonly state: boolean
  /** What was noted for the next sync is lost. */
  readonly ring: boolean
  /** Reasons of bans are forgotten. */
  readonly reasons: boolean
}

const isNew = <V extends string | number>(dict: NgxSharedDict<V>, value: V): boolean => {
  if (dict.get(BORN) !== undefined) return false
  return trySet(dict, BORN, value, MARK_MS)
}

/** As {@link isNew}, in a dictionary whose entries have no time. */
const isNewState = (now: number): boolean => {
  const state = numbers('gh_state')
  if (state.get(BORN) !== undefined) return false
  return trySet(state, BORN, now)
}

/** Notes where streams begin whose told bytes are known: those of earlier connections went with the old dictionary. */
const markStreams = (now: number): void => {
  const streams = numbers('gh_streams')
  if (streams.get(BORN) !== undefined) return
  trySet(streams, SERIAL, numbers('gh_state').get('serial') ?? now, MARK_MS)
  trySet(streams, BORN, now, MARK_MS)
}

/** Looks which dictionaries were emptied, and marks them. `now`: Unix ms. */
export const findEmptied = (now: number): Emptied => {
  markStreams(now)
  return {
    state: isNewState(now),
    ring: isNew(texts('gh_ring'), String(now)),
    reasons: isNew(texts('gh_denied'), String(now)),
  }
}

/** Shows every dictionary a running stream looks at that this nginx is at work. `now`: Unix seconds. */
export const beat = (now: number): void => {
  for (const zone of ['gh_leases', 'gh_bans', 'gh_streams'] as const)
    trySet(numbers(zone), BEAT, now, MARK_MS)
  trySet(numbers('gh_state'), BEAT, now)
  trySet(texts('gh_ring'), BEAT, String(now), MARK_MS)
}

/**
 * Whether this worker is from before a reload that gave a dictionary another size: it goes on with the old one, which no ban and no sync
 * reaches any more.
 */
export const isLeftBehind = (): boolean => {
  const beats = [
    ...(['gh_leases', 'gh_bans', 'gh_streams', 'gh_state'] as const).map((zone) =>
      numbers(zone).get(BEAT),
    ),
    Number(texts('gh_ring').get(BEAT) ?? Number.NaN),
  ].filter((it): it is number => it !== undefined && !Number.isNaN(it))
  return beats.length > 1 && Math.max(...beats) - Math.min(...beats) > LEFT_BEHIND_SEC
}

/**
 * Of `bytes` sent in `seconds` by a connection whose told bytes are unknown: those that were sent since the dictionary was emptied. All of them
 * where the connection is younger than that. `now`: Unix ms.
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
