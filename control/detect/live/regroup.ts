import type { AccountRef } from '#domain/types'
import type { PeopleView } from '../../people/people.ts'
import type { AccountWindow } from './account-window.ts'
import type { Assessor } from './assessor.ts'
import type { FeedbackCache } from './feedback-cache.ts'

/** What judging accounts anew takes. */
export interface RegroupPorts {
  readonly people: Pick<PeopleView, 'primaryOf'>
  readonly window: Pick<AccountWindow, 'forget'>
  readonly feedback: Pick<FeedbackCache, 'reload'>
  readonly assessor: Pick<Assessor, 'assess'>
  readonly judgeAgain: (account: AccountRef) => Promise<void>
}

/** Judges accounts anew whose person has changed: those who are one now together, those who are split each alone. */
export const createRegroup =
  (ports: RegroupPorts) =>
  async (accounts: readonly AccountRef[]): Promise<void> => {
    for (const account of accounts) ports.window.forget(account)
    await ports.feedback.reload()
    for (const account of new Set(accounts.map((one) => ports.people.primaryOf(one)))) {
      await ports.judgeAgain(account)
      await ports.assessor.assess(account)
    }
  }
