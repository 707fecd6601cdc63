import type { PlayRecord } from '#domain/types'
import { isCountable } from '../../detect/live/countable.ts'
import { readFeedback } from '../../detect/live/feedback-cache.ts'
import { readRules } from '../../detect/live/rule-cache.ts'
import type { GlobalOptions } from '../common/context.ts'
import type { OpenedHistory } from './backtest.ts'
import { openInstanceStore } from './store-history.ts'

async function* countable(
  accounts: AsyncIterable<readonly PlayRecord[]>,
): AsyncGenerator<readonly PlayRecord[]> {
  for await (const plays of accounts) yield plays.filter(isCountable)
}

/** The history a backtest reads while no control plane runs. */
export const openBacktestHistory = async (where: GlobalOptions): Promise<OpenedHistory> => {
  const store = await openInstanceStore(where)
  return {
    playsByAccount: (from, to) => countable(store.history.playsByAccount(from, to)),
    feedback: async () => await readFeedback(store.feedback),
    totals: store.history.dashboard,
    presentRules: async () => await readRules(store),
    close: async () => await store.close(),
  }
}
