import {
  checkSession,
  newAccountState,
  newEffects,
  openSession,
  renewSessions,
} from '#domain/limits/limits'
import { type Claim, DEFAULT_LIMITS, type Limits } from '#domain/limits/types'

export const START = 1_760_000_000_000
let serial = 0

/** One account whose players open channels; `dev` says which player, `net` from where. */
export const account = (limits: Partial<Limits>) => {
  const full: Limits = { ...DEFAULT_LIMITS, limitation: 'replace', ...limits }
  const state = newAccountState('own:1', full)
  const effects = newEffects()
  let now = START
  const claim = (ch: string, more: Partial<Claim> = {}): Claim => {
    serial += 1
    const key = `k${serial}`
    const rest = { dev: 'box', player: 'vlc', net: '192.0.2.1', dl: 'copy', info: '{}' }
    return { key, sid: `s${key}`, req: key, ch, idle: 30_000, edge: 'e1', ...rest, ...more }
  }
  const renew = (...seen: string[]) =>
    renewSessions(state, { edge: 'e1', seen, traffic: [], limits: null }, now, effects)
  return {
    state,
    effects,
    renew,
    wait: (seconds: number) => {
      now += seconds * 1000
    },
    /** Opens and, where it is let in, plays. */
    play: (ch: string, more: Partial<Claim> = {}, hasWaited = true) => {
      const opening = { claim: claim(ch, more), limits: full, hasWaited }
      const verdict = openSession(state, opening, now, effects)
      if (verdict.outcome === 'admitted') renew(verdict.key)
      return verdict
    },
    /** Opens only. */
    probe: (ch: string, more: Partial<Claim> = {}) =>
      openSession(state, { claim: claim(ch, more), limits: full, hasWaited: true }, now, effects),
    /** Asks under a pass whose lease the edge was told to forget. */
    ask: (ch: string, key: string, more: Partial<Claim> = {}) =>
      checkSession(
        state,
        { claim: claim(ch, { ...more, key }), limits: full, cloneKey: `c${key}`, silentMs: -1 },
        now,
        effects,
      ),
    channels: () =>
      Object.values(state.slots)
        .filter(({ gone }) => gone === 0)
        .map(({ ch }) => ch)
        .sort(),
  }
}

/** The lease key of an admitted opening. */
export const keyOf = (
  verdict: { outcome: string } | { outcome: 'admitted'; key: string },
): string => ('key' in verdict ? verdict.key : '')
