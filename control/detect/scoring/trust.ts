import type { Severity } from '../types.ts'

const DAY_MS = 86_400_000

/** Trust every account starts with, and the most it can have. */
export const FULL_TRUST = 100

/** Points a finding of each severity costs, as in Tracearr. */
export const PENALTIES: Readonly<Record<Severity, number>> = { high: 20, warning: 10, low: 5 }

/** Ledger reason for points restored because a finding was dismissed. */
export const DISMISSED_REASON = 'finding dismissed'

/** Points regained per day without a finding. */
export const RECOVERY_PER_DAY = 1

/** One change of trust, with the value after it. */
export interface TrustChange {
  readonly at: number
  readonly delta: number
  readonly value: number
  readonly reason: string
  readonly findingId: string | null
}

/** The trust in one account: 100 is full, 0 is none. */
export interface TrustState {
  readonly value: number
  /** Since when recovery counts. */
  readonly since: number
  /** Oldest first. */
  readonly ledger: readonly TrustChange[]
}

/** Names of trust ranges. */
export type TrustLevel = 'trusted' | 'caution' | 'untrusted'

/** Initial trust of an account. */
export const fullTrust = (now: number): TrustState => ({
  value: FULL_TRUST,
  since: now,
  ledger: [],
})

/** 80 and above is trusted, 50 and above caution. */
export const trustLevel = (value: number): TrustLevel => {
  if (value >= 80) return 'trusted'
  return value >= 50 ? 'caution' : 'untrusted'
}

const clamp = (value: number): number => Math.min(FULL_TRUST, Math.max(0, value))

const changed = (
  state: TrustState,
  wanted: number,
  change: Pick<TrustChange, 'at' | 'reason' | 'findingId'>,
): TrustState => {
  const value = clamp(state.value + wanted)
  const entry = { ...change, delta: value - state.value, value }
  return { value, since: change.at, ledger: [...state.ledger, entry] }
}

/** Adds the recovery for whole days without a finding; the rest of a day keeps counting. */
export const recover = (state: TrustState, now: number, perDay = RECOVERY_PER_DAY): TrustState => {
  const days = Math.floor((now - state.since) / DAY_MS)
  if (days < 1) return state
  const since = state.since + days * DAY_MS
  const gain = Math.min(FULL_TRUST - state.value, days * perDay)
  if (gain <= 0) return { ...state, since }
  const reason = `${days} day${days === 1 ? '' : 's'} without a finding`
  return changed(state, gain, { at: since, reason, findingId: null })
}

const isKnown = (state: TrustState, findingId: string): boolean =>
  state.ledger.some((entry) => entry.findingId === findingId && entry.delta <= 0)

/** What trust needs of a finding. */
interface Scored {
  readonly id: string
  readonly severity: Severity
  readonly kind: string
}

/** Lowers trust for a finding, once per finding id, after adding the recovery due. */
export const applyFinding = (state: TrustState, finding: Scored, now: number): TrustState => {
  if (isKnown(state, finding.id)) return state
  const rested = recover(state, now)
  const at = Math.max(now, rested.since)
  const reason = `${finding.severity} finding: ${finding.kind}`
  return changed(rested, -PENALTIES[finding.severity], { at, reason, findingId: finding.id })
}

const lastEntryOf = (state: TrustState, findingId: string): TrustChange | undefined =>
  state.ledger.findLast((entry) => entry.findingId === findingId)

/** Restores exactly what a dismissed finding took, once. */
export const dismissFinding = (state: TrustState, findingId: string, now: number): TrustState => {
  const last = lastEntryOf(state, findingId)
  if (last === undefined || last.reason === DISMISSED_REASON || last.delta >= 0) return state
  const at = Math.max(now, state.since)
  const restored = changed(state, -last.delta, { at, reason: DISMISSED_REASON, findingId })
  return { ...restored, since: state.since }
}

/** Takes the points of a dismissed finding again when it is reinstated, once. */
export const reinstateFinding = (state: TrustState, findingId: string, now: number): TrustState => {
  const last = lastEntryOf(state, findingId)
  if (last?.reason !== DISMISSED_REASON) return state
  const rested = recover(state, now)
  const at = Math.max(now, rested.since)
  return changed(rested, -last.delta, { at, reason: 'finding stands after all', findingId })
}

/** Lowers trust for what an operator confirms, once: also for what was dismissed, or did not lower it by itself. */
export const confirmFinding = (state: TrustState, finding: Scored, now: number): TrustState => {
  const reinstated = reinstateFinding(state, finding.id, now)
  return reinstated === state ? applyFinding(state, finding, now) : reinstated
}
