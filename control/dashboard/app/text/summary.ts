import type { FindingKind, Finding as Judged } from '../../../detect/types.ts'
import { ACTION_NAMES, OUTCOME_NAMES } from '../../../notify/text/catalogue.ts'
import { sentenceOf } from '../../../notify/text/sentences.ts'
import { seenIn } from '../data/evidence.ts'
import type { Finding } from '../data/types.ts'
import { language, t } from './text.ts'

/** A finding in one sentence, in the language of the pages. */
export const summaryOf = (finding: Finding): string => {
  const { kind, evidence, summary } = finding
  if (language === 'en' || seenIn(evidence).length === 0) return summary
  try {
    return sentenceOf(language, { ...finding, kind: kind as FindingKind } as Judged)
  } catch {
    // Evidence of a version that recorded less.
    return summary
  }
}

/** What a rule did about a finding, or would have done: `ban:dry_run`. */
export const deedOf = (acted: string | null): string => {
  if (acted === null) return t('findings.deed.none')
  if (acted === 'past') return t('findings.deed.past')
  if (acted === 'observe:done') return t('findings.deed.observed')
  const [action = '', outcome = ''] = acted.split(':')
  const nameIn = (names: Readonly<Record<string, Readonly<Record<string, string>>>>, id: string) =>
    names[id]?.[language] ?? id
  return [nameIn(ACTION_NAMES, action), nameIn(OUTCOME_NAMES, outcome)].filter(Boolean).join(': ')
}
