import type { AccountRef, PlayRecord } from '#domain/types'
import { byAccount } from '../by-account.ts'
import type { Feedback } from '../types.ts'

/** One feedback entry of an operator, as stored. */
export interface FeedbackEntry {
  readonly kind: 'network' | 'home' | 'device' | 'city' | 'account'
  readonly value: string
  readonly verdict: string
}

/** A feedback entry with its account. */
export interface AccountFeedback extends FeedbackEntry {
  readonly account: AccountRef
}

const FINE = 'fine'

/** Merges the entries of one account; only the verdict `fine` counts. */
export const mergeFeedback = (entries: readonly FeedbackEntry[]): Feedback => {
  const of = (kind: FeedbackEntry['kind']): string[] =>
    entries.filter((e) => e.kind === kind && e.verdict === FINE).map((e) => e.value)
  return {
    networks: of('network'),
    homes: of('home'),
    devices: of('device'),
    cities: of('city'),
    isAccountFine: of('account').length > 0,
  }
}

/** Merged feedback by account. */
export const feedbackByAccount = (words: readonly AccountFeedback[]): Map<AccountRef, Feedback> =>
  new Map([...byAccount(words)].map(([account, said]) => [account, mergeFeedback(said)]))

/** A predicate for plays whose network, device or city an operator marked as fine. */
export const feedbackFilter = (feedback: Feedback = {}): ((play: PlayRecord) => boolean) => {
  const networks = new Set(feedback.networks)
  const devices = new Set(feedback.devices)
  const cities = new Set((feedback.cities ?? []).map((c) => c.toLowerCase()))
  return (play) =>
    (play.network !== null && networks.has(play.network)) ||
    (play.device !== null && devices.has(play.device)) ||
    (cities.size > 0 && play.city !== null && cities.has(play.city.toLowerCase()))
}
