import type { PlayRecord } from '#domain/types'
import type { HomeKnowledge } from './at-home.ts'
import {
  type AccountPlays,
  type BacktestOptions,
  type BacktestResult,
  backtest,
  backtestSpan,
} from './backtest.ts'
import { type FeedbackEntry, gatherFeedback } from './feedback.ts'

/** What a backtest needs of the store. */
export interface BacktestHistory {
  /** One account's plays at a time, oldest first. */
  playsByAccount(from: number, to: number): AsyncIterable<readonly PlayRecord[]>
  /** What operators said, with the account each word is about. */
  feedback?(): Promise<readonly (FeedbackEntry & { readonly account: string })[]>
}

const knowledgeOf = async (history: BacktestHistory): Promise<Map<string, HomeKnowledge>> => {
  const byAccount = new Map<string, FeedbackEntry[]>()
  for (const entry of (await history.feedback?.()) ?? []) {
    byAccount.set(entry.account, [...(byAccount.get(entry.account) ?? []), entry])
  }
  return new Map([...byAccount].map(([a, entries]) => [a, { feedback: gatherFeedback(entries) }]))
}

async function* accountsOf(
  history: BacktestHistory,
  options: BacktestOptions,
): AsyncGenerator<AccountPlays> {
  const { from, to } = backtestSpan(options)
  const knowledge = await knowledgeOf(history)
  for await (const plays of history.playsByAccount(from, to)) {
    const newest = plays.at(-1)
    if (newest === undefined) continue
    const name = plays.findLast((play) => play.accountName !== null)?.accountName ?? null
    const { account } = newest
    yield { account, name, plays, knowledge: knowledge.get(account) }
  }
}

/** Runs a backtest over the store, account by account, so that no more than one is in memory. */
export const backtestHistory = (
  history: BacktestHistory,
  options: BacktestOptions,
): Promise<BacktestResult> => backtest(accountsOf(history, options), options)
