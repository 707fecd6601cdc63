import { Type } from 'typebox'
import { FINDING_KINDS } from '../detect/types.ts'
import { bulkIds } from './bulk.ts'
import { nullableText, pageQuery, timeIn } from './common.ts'

/** States an operator may set; only detectors set `withdrawn`. */
export const FINDING_STATES = ['open', 'dismissed', 'confirmed'] as const

/** Finding as `GET /findings` returns it. */
export const findingSchema = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  kind: Type.String(),
  account: Type.String(),
  severity: Type.String(),
  confidence: Type.Number({ description: '0-100: how sure this finding alone is.' }),
  at: Type.Integer(),
  summary: Type.String(),
  state: Type.String({
    description: 'open, dismissed, confirmed; withdrawn when later news disproved it.',
  }),
  acted: Type.Union([Type.String(), Type.Null()], {
    description: 'Action and outcome: `end:done`, `ban:dry_run`, `end:stale`, …',
  }),
  evidence: Type.Unknown({
    description: 'Sessions, places, distance, accuracy, speed, devices: what a person can check.',
  }),
})

/** Query of `GET /findings`. */
export const findingQuery = Type.Object({
  ...pageQuery,
  account: Type.Optional(Type.String()),
  rule: Type.Optional(Type.String()),
  kind: Type.Optional(Type.Enum([...FINDING_KINDS])),
  severity: Type.Optional(Type.Enum(['low', 'warning', 'high'])),
  state: Type.Optional(Type.Enum([...FINDING_STATES, 'withdrawn'])),
  from: Type.Optional(timeIn('Not before, Unix milliseconds.')),
  to: Type.Optional(timeIn('Before, Unix milliseconds.')),
})

/** Body of `PATCH /findings/:id`: the operator's decision. */
export const findingChange = Type.Object(
  { state: Type.Enum([...FINDING_STATES]) },
  { additionalProperties: false },
)

/** Body of `POST /findings/bulk`. */
export const findingsBulk = Type.Object(
  { ids: bulkIds, state: Type.Enum([...FINDING_STATES]) },
  { additionalProperties: false },
)

/** A warning about a rule. */
export const warningSchema = Type.Object({
  rule: Type.String(),
  message: Type.String(),
  code: Type.String({ description: 'Stable id of `message`, for words in another language.' }),
  values: Type.Record(Type.String(), Type.String(), {
    description: 'What fills `message` in, by name.',
  }),
})

/** Trust of an account (0 to 100) with its ledger. */
export const trustSchema = Type.Object({
  account: Type.String(),
  value: Type.Number({ description: '100 is full trust; 0 is none.' }),
  level: Type.String(),
  ledger: Type.Array(
    Type.Object({
      at: Type.Integer(),
      delta: Type.Number(),
      value: Type.Number(),
      reason: Type.String(),
      findingId: nullableText,
    }),
    { description: 'Newest first.' },
  ),
})

const assessed = {
  account: Type.String(),
  name: nullableText,
  confidence: Type.Number({ description: '0-100: how likely the account is shared.' }),
  flagged: Type.Boolean(),
  at: Type.Integer(),
  plays: Type.Integer(),
}

/** Assessment of an account, without its reasons. */
export const sharingSchema = Type.Object(assessed)

/** Assessment of an account with its reasons. */
export const explanationSchema = Type.Object({
  ...assessed,
  contributions: Type.Unknown({ description: 'Why: points and words, the most telling first.' }),
  households: Type.Unknown(),
  findings: Type.Unknown(),
})

/** Query of `GET /sharing`. */
export const sharingQuery = Type.Object({
  ...pageQuery,
  min_confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  flagged: Type.Optional(Type.Boolean()),
})

const FEEDBACK_KINDS = ['network', 'home', 'device', 'city', 'account'] as const

/** Feedback of an operator. */
export const feedbackSchema = Type.Object({
  id: Type.String(),
  account: Type.String(),
  kind: Type.Enum([...FEEDBACK_KINDS]),
  value: Type.String(),
  verdict: Type.String(),
  at: Type.Integer(),
  by: Type.String(),
})

/** Body of `POST /accounts/:id/feedback`. */
export const feedbackCreate = Type.Object(
  {
    kind: Type.Enum([...FEEDBACK_KINDS]),
    value: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'Network key or address; for a home an address, CIDR or range; device id or city; not needed for the account.',
      }),
    ),
  },
  { additionalProperties: false },
)

/** Cap that a detection rule has imposed on an account. */
export const imposedSchema = Type.Object({
  account: Type.String(),
  streams: Type.Integer(),
  until: Type.Integer(),
  by: Type.String(),
})
