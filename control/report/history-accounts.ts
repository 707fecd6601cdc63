import { copyPlay } from '#domain/copy-play'
import type { PlayRecord } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import type { ChannelTotals } from '../detect/household/homes/channel-cache.ts'
import { isCountable } from '../detect/live/countable.ts'
import type { DetectionRule } from '../detect/rules/rule-types.ts'
import type { AccountFeedback } from '../detect/scoring/feedback.ts'
import type { AsnTable } from '../geo/asn-table.ts'
import type { AccountRead, AccountSource } from './common/account-read.ts'

/** The part of Gatehouse's history that the report reads. */
export interface HistoryReader {
  playsByAccount(from: number, to: number): AsyncIterable<readonly PlayRecord[]>
  /** Feedback of operators, each entry with its account. */
  feedback?(): Promise<readonly AccountFeedback[]>
  /** The rules in force; the default ones where there are none. */
  rules?(): Promise<readonly DetectionRule[]>
  /** How much each channel was watched. */
  readonly totals?: ChannelTotals
  /** Time zone and home networks of the instance's configuration. */
  settings?(): Promise<{ readonly zone: string | null; readonly homeNetworks: readonly string[] }>
}

const DAY_MS = 86_400_000

const isNamed = (read: AccountRead, name: string): boolean =>
  [read.name, String(read.user_id)].some((own) => own.toLowerCase() === name.toLowerCase())

async function* readAccounts(
  plays: AsyncIterable<readonly PlayRecord[]>,
  name: string | null,
): AsyncGenerator<AccountRead> {
  for await (const all of plays) {
    const ofAccount = all.filter(isCountable)
    const newest = ofAccount.at(-1)
    if (newest === undefined) continue
    const known = ofAccount.findLast((play) => play.accountName !== null)?.accountName
    const read: AccountRead = {
      user_id: newest.account,
      name: known ?? newest.account,
      isPseudo: isPseudoUser(newest.account),
      outcome: { ok: true, plays: ofAccount },
    }
    if (name === null || isNamed(read, name)) yield read
  }
}

/** Adds the autonomous systems of the operator's table to plays. */
async function* withAsn(
  accounts: AsyncIterable<readonly PlayRecord[]>,
  asn: AsnTable | null,
): AsyncGenerator<readonly PlayRecord[]> {
  for await (const plays of accounts) {
    if (asn === null) yield plays
    else
      yield plays.map((play) => {
        const entry = play.address === null || play.isLan ? null : asn(play.address)
        if (entry === null) return play
        const copy = copyPlay(play)
        copy.asn = entry.asn
        copy.asnOrg = entry.org
        return copy
      })
  }
}

/** The accounts of Gatehouse's own history. */
export const historyAccounts = (
  history: HistoryReader,
  {
    now,
    days,
    user,
    asn = null,
  }: {
    readonly now: number
    readonly days: number
    readonly user: string | null
    readonly asn?: AsnTable | null
  },
): AccountSource => ({
  total: null,
  accounts: readAccounts(withAsn(history.playsByAccount(now - days * DAY_MS, now + 1), asn), user),
  warnings: () => [],
  usesOwnGeo: true,
})
