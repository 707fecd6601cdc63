import type { JudgedAccount, UnreadAccount } from './account.ts'

/** One account as the JSON report shows it. */
export const accountJson = (account: JudgedAccount | UnreadAccount) => {
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
