import { DEFAULT_LIMITS } from '#domain/limits/types'
import type { OpenRequest, SessionStore } from '../../../control/sessions/model/session-store.ts'
import { keyOf } from './passes.ts'

const HOUR = 3_600_000
const AT_ONCE = 40
const WAIT_MS = 200
const CHANNELS = 200
const LIMITS = { ...DEFAULT_LIMITS, maxStreams: 2 }

const hex = (n: number): string => (n * 2_654_435_761).toString(16).padStart(16, '0').slice(-16)

/** The n-th session: every second one is a second screen of a household. */
const requestOf = (n: number): OpenRequest => {
  const household = Math.floor(n / 2)
  const network = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
  return {
    requestId: `bench-${n}`,
    account: `own:bench${household}`,
    sid: `bench-session-${String(n).padStart(8, '0')}`,
    key: keyOf(n),
    channel: `federal-${(n % CHANNELS) + 1}`,
    player: `box ${n % 2}`,
    network,
    device: hex(n),
    download: `dl${String(household).padStart(14, '0')}`,
    idleMs: HOUR,
    limits: { ...LIMITS, reserveMs: HOUR },
    info: {
      accountName: `Household ${household}`,
      address: network,
      agent: 'Mozilla/5.0 (Linux; Android 12; Box) ExoPlayer/2.18',
      country: 'DE',
      edge: 'edge-1',
      group: 'everyone',
      protocol: 'hls',
      tokenPrint: hex(household).slice(0, 8),
    },
  }
}

/** Opens sessions `from` to `to` through the store, as openings do. */
export const loadSessions = async (
  store: SessionStore,
  from: number,
  to: number,
): Promise<number> => {
  let next = from
  let refused = 0
  const work = async (): Promise<void> => {
    for (let n = next++; n < to; n = next++) {
      let outcome = (await store.open(requestOf(n))).outcome
      // A busy machine may miss Redis's 300 ms: what was counted in memory is asked for again.
      while (store.isDegraded) {
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
        if (!store.isDegraded) outcome = (await store.open(requestOf(n))).outcome
      }
      if (outcome !== 'admitted') refused += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return refused
}
