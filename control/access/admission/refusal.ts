import type { ReasonId } from '#domain/reasons'
import type { OpenAnswer } from './opening.ts'

/** Edges know bans by themselves, and a lifted one or a new configuration must be felt soon. */
const REMEMBER_MS = 10_000

/** Until when edges may cache a refusal (Unix ms), with an upper bound. */
export const cappedDenyUntil = (until: number, now: number): number =>
  Math.min(until, now + REMEMBER_MS)

/** A refused opening. */
export const refuse = (reason: ReasonId, denyUntil: number): OpenAnswer => ({
  outcome: 'refused',
  reason,
  denyUntil,
})
