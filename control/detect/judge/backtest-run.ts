import type { PlayRecord } from '#domain/types'
import { type ChannelTotals, popularityIn } from '../household/homes/channel-cache.ts'
import { type AccountFeedback, feedbackByAccount } from '../scoring/feedback.ts'
import {
  type AccountPlays,
  type BacktestOptions,
  type BacktestResult,
  backtest,
  backtestSpan,
} from './backtest.ts'

/** What a backtest needs of the store. */
export interface BacktestHistory {
  /** One account's plays at a time, oldest first. */
  playsByAccount(from: number, to: number): AsyncIterable<readonly PlayRecord[]>
  /** Feedback of operators. */
  feedback?(): Promise<readonly AccountFeedback[]>
  /** How much each channel was watched. */
  readonly totals?: ChannelTotals
}

async function* accountsOf(
  history: BacktestHistory,
  options: BacktestOptions,
): AsyncGenerator<AccountPlays> {
  const { from, to } = backtestSpan(options)
  const feedback = feedbackByAccount((await history.feedback?.()) ?? [])
  for await (const plays of history.playsByAccount(from, to)) {
    const newest = plays.at(-1)
    if (newest === undefined) continue
    const name = plays.findLast((play) => play.accountName !== null)?.accountName ?? null
    const { account } = newest
    yield { account, name, plays, hints: { feedback: feedback.get(account) } }
  }
}

/** Runs a backtest over the stored history, one account in memory at a time. */
export const backtestHistory = async (
  history: BacktestHistory,
  options: BacktestOptions,
): Promise<BacktestResult> => {
  const popularity = await popularityIn(history.totals, backtestSpan(options))
  return await backtest(accountsOf(history, options), { ...options, popularity })
}
