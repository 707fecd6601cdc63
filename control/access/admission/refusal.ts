import type { ReasonId } from '#domain/reasons'
import type { OpenAnswer } from './opening.ts'

/** Most ms that edges may cache a refusal, so that lifted bans and a new configuration take effect soon. */
const REMEMBER_MS = 10_000

/** Until when edges may cache a refusal (Unix ms), with an upper bound. */
export const cappedDenyUntil = (until: number, now: number): number =>
  Math.min(until, now + REMEMBER_MS)

/** A refused opening. `group`: the viewer's, as far as it was found. */
export const refuse = (
  reason: ReasonId,
  denyUntil: number,
  group: string | null = null,
): OpenAnswer => ({
  outcome: 'refused',
  reason,
  denyUntil,
  ...(group === null ? {} : { group }),
})
