import type { PlayRecord } from '#domain/types'
import type { Assessment } from '../../detect/types.ts'
import type { AccountRead } from '../common/account-read.ts'
import { findConcurrency } from '../common/concurrency.ts'

/** Judges one account by its plays. */
export type Judge = (plays: readonly PlayRecord[]) => Assessment

/** An account with its assessment. */
export interface JudgedAccount {
  readonly user_id: unknown
  readonly name: string
  readonly playCount: number
  /** Empty unless the report shows them: a large history would not fit in memory. */
  readonly plays: readonly PlayRecord[]
  readonly assessment: Assessment
  readonly flagged: boolean
}

/** An account that could not be read or judged. */
export interface UnreadAccount {
  readonly user_id: unknown
  readonly name: string
  readonly error: string
}

/** End of playing; a session may stay open, paused, for hours after it. */
export const playedUntil = (play: PlayRecord): number =>
  play.playedMs !== null && play.playedMs > 0 ? play.startedAt + play.playedMs : play.lastSeenAt

/** Plays concurrent with another on a different device and line, oldest first. */
export const simultaneousPlays = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const { isConcurrent } = findConcurrency(
    plays.map((play) => ({
      start: play.startedAt,
      end: playedUntil(play),
      device: play.device,
      network: play.isLan ? 'lan' : play.network,
    })),
  )
  return plays.filter((_, i) => isConcurrent[i] === 1).toSorted((a, b) => a.startedAt - b.startedAt)
}

/** Options of a judgement. */
export interface JudgeOptions {
  /** Only accounts with sessions at the same time may be flagged. */
  readonly concurrentOnly: boolean
  /** Whether the plays of accounts that are not flagged will be shown too. */
  readonly keepsPlays: boolean
}

/**
 * Judges an account; where a detector throws, it is reported as one that could not be read.
 */
export const judgeAccount = (
  read: AccountRead,
  judge: Judge,
  { concurrentOnly, keepsPlays }: JudgeOptions,
): JudgedAccount | UnreadAccount => {
  const { user_id, name, outcome } = read
  if (!outcome.ok) return { user_id, name, error: outcome.error }
  const { plays } = outcome
  try {
    const assessment = judge(plays)
    const isWanted = !concurrentOnly || simultaneousPlays(plays).length > 0
    const flagged = assessment.flagged && isWanted
    const kept = flagged || keepsPlays ? plays : []
    return { user_id, name, playCount: assessment.plays, plays: kept, assessment, flagged }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { user_id, name, error: `could not be judged: ${message}` }
  }
}

/** Flagged accounts, highest confidence first. */
export const flaggedAccounts = (
  accounts: readonly (JudgedAccount | UnreadAccount)[],
): JudgedAccount[] =>
  accounts
    .filter((account) => 'assessment' in account)
    .filter((account) => account.flagged)
    .toSorted((a, b) => b.assessment.confidence - a.assessment.confidence)
