import type { PlayRecord } from '#domain/types'
import { type AccountWord, feedbackByAccount } from '../scoring/feedback.ts'
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
  /** What operators said, with the account each word is about. */
  feedback?(): Promise<readonly AccountWord[]>
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
    yield { account, name, plays, knowledge: { feedback: feedback.get(account) } }
  }
}

/** Runs a backtest over the store, account by account, so that no more than one is in memory. */
export const backtestHistory = (
  history: BacktestHistory,
  options: BacktestOptions,
): Promise<BacktestResult> => backtest(accountsOf(history, options), options)
