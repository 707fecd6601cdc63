import type { AccountRef, PlayRecord } from '#domain/types'
import { preparePlays } from '../../control/detect/household/prepare-plays.ts'
import { isCountable } from '../../control/detect/live/countable.ts'
import { judgeLive, reviewStartMs } from '../../control/detect/live/judge-live.ts'
import { storedFinding } from '../../control/detect/live/live-finding.ts'
import { reconcile } from '../../control/detect/live/reconcile.ts'
import { defaultRules } from '../../control/detect/rules/rules.ts'
import type { PlayEvent } from '../../control/events/play-event.ts'
import { playOfEvent } from '../../control/events/play-of-event.ts'
import { mergePlay } from '../../control/store/history/merge-plays.ts'
import type { StoredFinding } from '../../control/store/tables/records.ts'

/** Places and networks of addresses. */
export type Locate = (play: PlayRecord) => PlayRecord

/** What the live half makes of events: the history, and what its detectors found. */
export interface WatchedHistory {
  take(events: readonly PlayEvent[]): void
  plays(account: AccountRef): PlayRecord[]
  findings(account: AccountRef): StoredFinding[]
  accounts(): AccountRef[]
}

interface Account {
  readonly plays: Map<string, PlayRecord>
  found: Map<string, StoredFinding>
}

const RULES = defaultRules()

/** Judges an account as the detectors do when a play of it was reported. */
const judge = (account: Account, since: number, now: number): void => {
  const plays = preparePlays([...account.plays.values()].filter(isCountable), now)
  const stored = [...account.found.values()]
  const byId = new Map(RULES.map((rule) => [rule.id, rule]))
  const isReviewed = (finding: StoredFinding): boolean => {
    const rule = byId.get(finding.rule)
    return rule !== undefined && finding.at >= reviewStartMs(rule, since)
  }
  const existing = stored.filter((finding) => !isReviewed(finding))
  const found = judgeLive({ plays, rules: RULES, since, existing })
  const { withdrawn } = reconcile(found, stored, isReviewed)
  for (const { id } of withdrawn) account.found.delete(id)
  for (const one of found) account.found.set(one.key, storedFinding(one))
}

/** History and detectors by a clock of their own; accounts are judged at the end of each play. */
export const createWatchedHistory = (now: () => number, locate: Locate): WatchedHistory => {
  const accounts = new Map<AccountRef, Account>()
  const accountOf = (name: AccountRef): Account => {
    const known = accounts.get(name) ?? { plays: new Map(), found: new Map() }
    accounts.set(name, known)
    return known
  }
  return {
    take: (events) => {
      for (const event of events) {
        const account = accountOf(event.account)
        const play = locate(playOfEvent(event))
        const before = account.plays.get(play.id)
        account.plays.set(play.id, before === undefined ? play : mergePlay(before, play))
        if (event.type === 'closed') judge(account, play.startedAt, now())
      }
    },
    plays: (account) => [...(accounts.get(account)?.plays.values() ?? [])],
    findings: (account) => [...(accounts.get(account)?.found.values() ?? [])],
    accounts: () => [...accounts.keys()].sort(),
  }
}
