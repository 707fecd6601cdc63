import { defineTable } from '../sql/table.ts'
import type {
  Feedback,
  StoredAssessment,
  StoredFinding,
  StoredRule,
  TrustEntry,
} from './records.ts'

/** The tables of detection; field order is column order. */
export const DETECTION_TABLES = {
  rules: defineTable<StoredRule>({
    name: 'rules',
    key: 'id',
    fields: { id: 'text', rule: 'json', enabled: 'bool', updatedAt: 'int' },
  }),
  findings: defineTable<StoredFinding>({
    name: 'findings',
    key: 'id',
    fields: {
      id: 'text',
      rule: 'text',
      kind: 'text',
      account: 'text',
      severity: 'text',
      confidence: 'float',
      at: 'int',
      evidence: 'json?',
      state: 'text',
      acted: 'text?',
    },
  }),
  assessments: defineTable<StoredAssessment>({
    name: 'assessments',
    key: 'account',
    fields: {
      account: 'text',
      name: 'text?',
      confidence: 'float',
      flagged: 'bool',
      at: 'int',
      plays: 'int',
      detail: 'json?',
    },
  }),
  trust: defineTable<TrustEntry>({
    name: 'trust',
    key: 'id',
    fields: {
      id: 'text',
      account: 'text',
      at: 'int',
      delta: 'float',
      value: 'float',
      reason: 'text',
      findingId: 'text?',
    },
  }),
  feedback: defineTable<Feedback>({
    name: 'feedback',
    key: 'id',
    fields: {
      id: 'text',
      account: 'text',
      kind: 'text',
      value: 'text',
      verdict: 'text',
      at: 'int',
      by: 'text',
    },
  }),
} as const
