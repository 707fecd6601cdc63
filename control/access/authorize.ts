import type { AuthRequest, Decision, PreviousAnswer } from './decision.ts'

/** Decides an opening, or with `previous` the update of a running session. Never throws. */
export type Authorize = (request: AuthRequest, previous?: PreviousAnswer) => Promise<Decision>
