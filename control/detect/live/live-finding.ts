import { createHash } from 'node:crypto'
import type { PlayRecord } from '#domain/types'
import type { Json, StoredFinding } from '../../store/tables/records.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import type { Finding } from '../types.ts'

/** What a rule found about one play. */
export interface LiveFinding {
  /** The same rule and the same play always give the same key, however much of the play is known. */
  readonly key: string
  readonly rule: DetectionRule
  readonly event: PlayRecord
  readonly finding: Finding
  /** Whether a person would call it a violation, which lowers trust. */
  readonly isViolation: boolean
}

/** Id of a rule's finding about a play: 24 hex digits of SHA-256. */
export const findingKey = (rule: string, event: Pick<PlayRecord, 'account' | 'source' | 'id'>) =>
  createHash('sha256')
    .update([rule, event.account, event.source, event.id].join('\n'))
    .digest('hex')
    .slice(0, 24)

const asJson = (value: unknown): Json => {
  const json: Json = JSON.parse(JSON.stringify(value))
  return json
}

/** A finding as a row of the store, open and without a response. */
export const storedFinding = ({
  key,
  rule,
  event,
  finding,
  isViolation,
}: LiveFinding): StoredFinding => ({
  id: key,
  rule: rule.id,
  kind: finding.kind,
  account: finding.account,
  severity: finding.severity,
  confidence: finding.confidence,
  at: Math.trunc(finding.at),
  evidence: asJson({
    summary: finding.summary,
    event: { source: event.source, id: event.id },
    lowersTrust: isViolation,
    ...finding.evidence,
  }),
  state: 'open',
  acted: null,
})

const FELT = new Set(['limit:done', 'end:done', 'ban:done'])

/** Whether an operator decided on a finding or a response was carried out; it is then never withdrawn. */
export const isSettled = ({ state, acted }: Pick<StoredFinding, 'state' | 'acted'>): boolean =>
  (state !== 'open' && state !== 'withdrawn') || (acted !== null && FELT.has(acted))
