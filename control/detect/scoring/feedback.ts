import type { AccountRef, PlayRecord } from '#domain/types'
import { byAccount } from '../by-account.ts'
import type { Feedback } from '../types.ts'

/** One remembered word of an operator, as the store keeps it. */
export interface FeedbackEntry {
  readonly kind: 'network' | 'device' | 'city' | 'account'
  readonly value: string
  readonly verdict: string
}

/** The same, with the account it is about. */
export interface AccountWord extends FeedbackEntry {
  readonly account: AccountRef
}

const FINE = 'fine'

/** What an operator said of one account, gathered from the store; only "fine" excuses anything. */
export const gatherFeedback = (entries: readonly FeedbackEntry[]): Feedback => {
  const of = (kind: FeedbackEntry['kind']): string[] =>
    entries.filter((e) => e.kind === kind && e.verdict === FINE).map((e) => e.value)
  return {
    networks: of('network'),
    devices: of('device'),
    cities: of('city'),
    isAccountFine: of('account').length > 0,
  }
}

/** The same for every account that anything was said of. */
export const feedbackByAccount = (words: readonly AccountWord[]): Map<AccountRef, Feedback> =>
  new Map([...byAccount(words)].map(([account, said]) => [account, gatherFeedback(said)]))

/** Tells whether an operator has said that a play is fine. */
export const excuser = (feedback: Feedback = {}): ((play: PlayRecord) => boolean) => {
  const networks = new Set(feedback.networks)
  const devices = new Set(feedback.devices)
  const cities = new Set((feedback.cities ?? []).map((c) => c.toLowerCase()))
  return (play) =>
    (play.network !== null && networks.has(play.network)) ||
    (play.device !== null && devices.has(play.device)) ||
    (play.city !== null && cities.has(play.city.toLowerCase()))
}
