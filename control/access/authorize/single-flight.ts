import { setTimeout as sleep } from 'node:timers/promises'
import type { Decision } from './decision.ts'
import type { DecisionStore, StoredDecision } from './decision-store.ts'

/** A backend request that concurrent callers share. */
export interface SharedRequest {
  readonly key: string
  readonly channel: string
  /** A second key the answer is remembered by; an update renews its opening's decision so. */
  readonly alsoAs: string | null
  /** How long the claim of a caller is respected before another one asks (milliseconds). */
  readonly claimMs: number
}

const POLL_MS = 25
/** Long enough for callers that wait for an answer which is not cached. */
const ONCE_MS = 1_000

const cached = ({ decision }: StoredDecision): Decision => ({
  ...decision,
  trace: [{ step: 'cache', subject: decision.backend, result: decision.verdict, detail: null }],
})

const ttlSec = (decision: Decision): number =>
  decision.verdict === 'deny' ? decision.denySec : decision.authDurationSec

/** Whether a decision is a backend's: an outage does not replace a cached one. */
const isAnswer = ({ reason }: Decision): boolean =>
  reason === 'backend.allow' || reason === 'backend.redirect' || reason === 'backend.deny'

/**
 * Deduplicates concurrent backend requests by key: in this process by promise, across control planes by a
 * claim in the decision store.
 */
export const createSingleFlight = (decisions: DecisionStore, now: () => number) => {
  const inAir = new Map<string, Promise<Decision>>()

  const remember = async (flight: SharedRequest, decision: Decision): Promise<void> => {
    const forMs = ttlSec(decision) * 1000
    const isOnce = forMs === 0
    const stored = { decision: { ...decision, trace: [] }, at: now(), isOnce }
    await decisions.put(flight.key, stored, isOnce ? ONCE_MS : forMs)
    if (flight.alsoAs !== null && isAnswer(decision))
      await decisions.put(flight.alsoAs, stored, isOnce ? ONCE_MS : forMs)
  }

  const awaitOther = async (flight: SharedRequest): Promise<Decision | null> => {
    for (let waitedMs = 0; waitedMs < flight.claimMs; waitedMs += POLL_MS) {
      await sleep(POLL_MS)
      const found = await decisions.get(flight.key, flight.channel)
      if (found !== null) return cached(found)
      if (await decisions.claim(flight.key, flight.claimMs)) return null
    }
    return null
  }

  const fly = async (flight: SharedRequest, ask: () => Promise<Decision>): Promise<Decision> => {
    const known = await decisions.get(flight.key, flight.channel)
    if (known !== null && !known.isOnce) return cached(known)
    if (!(await decisions.claim(flight.key, flight.claimMs))) {
      const theirs = await awaitOther(flight)
      if (theirs !== null) return theirs
    }
    try {
      const answered = await decisions.get(flight.key, flight.channel)
      if (answered !== null && !answered.isOnce) return cached(answered)
      const decision = await ask()
      await remember(flight, decision)
      return decision
    } finally {
      await decisions.release(flight.key)
    }
  }

  return {
    /** The cached decision, the result of a concurrent request with the same key, or the result of `ask`. */
    decide(flight: SharedRequest, ask: () => Promise<Decision>): Promise<Decision> {
      const running = inAir.get(flight.key)
      if (running !== undefined) return running
      const started = fly(flight, ask).finally(() => inAir.delete(flight.key))
      inAir.set(flight.key, started)
      return started
    },
  }
}
