import type { JudgedAccount, UnreadAccount } from './account.ts'

/** One account as the JSON report shows it. */
const accountJson = (account: JudgedAccount | UnreadAccount) => {
  const { user_id, name } = account
  if ('error' in account)
    return {
      user_id,
      name,
      confidence: null,
      flagged: false,
      findings: [],
      households: [],
      error: account.error,
    }
  const { assessment, flagged, playCount } = account
  return {
    user_id,
    name,
    confidence: assessment.confidence,
    flagged,
    findings: assessment.findings,
    households: assessment.households,
    contributions: assessment.contributions,
    total_plays: playCount,
  }
}

const HEAD = '{\n  "users": [\n'
const TAIL = '\n  ]\n}'

/** The text of one account in the JSON report: it takes less memory than what it is made from. */
export const accountText = (account: JudgedAccount | UnreadAccount): string =>
  JSON.stringify({ users: [accountJson(account)] }, null, 2).slice(HEAD.length, -TAIL.length)

/** The JSON report of accounts by their texts; `unattributed` plays are of viewers who have not signed in. */
export const reportText = (accounts: readonly string[], unattributed = 0): string => {
  const tail = unattributed === 0 ? TAIL : `\n  ],\n  "unattributed_plays": ${unattributed}\n}`
  return accounts.length === 0
    ? JSON.stringify(
        { users: [], ...(unattributed === 0 ? {} : { unattributed_plays: unattributed }) },
        null,
        2,
      )
    : `${HEAD}${accounts.join(',\n')}${tail}`
}
