import { Type } from 'typebox'
import type { BacktestResult } from '../../detect/judge/backtest.ts'
import { FINDING_KINDS } from '../../detect/types.ts'
import { nullableText } from '../common.ts'
import { playSchema } from '../history.ts'

const finding = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...FINDING_KINDS]),
  account: Type.String(),
  severity: Type.Enum(['low', 'warning', 'high']),
  confidence: Type.Number({ description: '0-100: how sure this finding alone is.' }),
  at: Type.Integer(),
  summary: Type.String(),
  evidence: Type.Unknown({ description: 'Sessions, places, distance, speed, devices.' }),
})

const found = Type.Object({
  account: Type.String(),
  name: nullableText,
  findings: Type.Array(Type.Object({ rule: Type.String(), finding, play: playSchema })),
})

const perRule = Type.Object({
  rule: Type.String(),
  findings: Type.Integer(),
  accounts: Type.Integer(),
  perDay: Type.Number(),
  actions: Type.Record(Type.String(), Type.Integer(), {
    description: 'Accounts that would have reached each action.',
  }),
})

const result = Type.Object({
  accounts: Type.Integer(),
  plays: Type.Integer(),
  days: Type.Integer(),
  rules: Type.Array(perRule),
  found: Type.Array(found, { description: 'Accounts with findings, the most first.' }),
  comparison: Type.Object({
    onlyDraft: Type.Array(Type.String()),
    onlyPresent: Type.Array(Type.String()),
    both: Type.Array(Type.String()),
    names: Type.Record(Type.String(), Type.String()),
    presentFindings: Type.Integer(),
  }),
})

/** Answer of `POST /backtest`. */
export const backtestOut = Type.Unsafe<BacktestResult>(result)
