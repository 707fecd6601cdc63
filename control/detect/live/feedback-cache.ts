import type { AccountRef } from '#domain/types'
import { ALL_STRANGERS, type PeopleView } from '../../people/people.ts'
import type { Feedback as FeedbackRow } from '../../store/tables/records.ts'
import type { FeedbackStore } from '../../store/tables/stores.ts'
import { feedbackByAccount } from '../scoring/feedback.ts'
import type { Feedback } from '../types.ts'

/** Operators' feedback by account, in memory. */
export interface FeedbackCache {
  feedbackOf(account: AccountRef): Feedback
  reload(): Promise<void>
}

const PAGE = 1000
const NOTHING: Feedback = {}

/** An account's feedback with the homes of all accounts added. */
export const withHomes = (feedback: Feedback, homes: readonly string[]): Feedback =>
  homes.length === 0 ? feedback : { ...feedback, homes: [...homes, ...(feedback.homes ?? [])] }

/** Reads all feedback rows. */
export const readFeedback = async (store: Pick<FeedbackStore, 'list'>): Promise<FeedbackRow[]> => {
  const all: FeedbackRow[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<FeedbackStore['list']>> = await store.list({
      limit: PAGE,
      ...(after === null ? {} : { after }),
    })
    all.push(...page.rows)
    after = page.next
  } while (after !== null)
  return all
}

/** Creates the cache; empty until `reload`. */
export const createFeedbackCache = (
  store: Pick<FeedbackStore, 'list'>,
  homeNetworks: () => readonly string[] = () => [],
  { primaryOf }: Pick<PeopleView, 'primaryOf'> = ALL_STRANGERS,
): FeedbackCache => {
  let current = new Map<AccountRef, Feedback>()
  return {
    feedbackOf: (account) => withHomes(current.get(primaryOf(account)) ?? NOTHING, homeNetworks()),
    reload: async () => {
      const words = await readFeedback(store)
      const ofPersons = words.map((word) => ({ ...word, account: primaryOf(word.account) }))
      current = feedbackByAccount(ofPersons)
    },
  }
}
