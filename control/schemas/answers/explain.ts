import { Type } from 'typebox'
import { nullableText } from '../common.ts'

const step = Type.Object({
  stage: Type.Enum(['group', 'channel', 'rule', 'backend', 'default']),
  subject: Type.String({ description: 'The rule, backend or setting, without secrets.' }),
  result: Type.String(),
  isDeciding: Type.Boolean(),
})

const cap = Type.Object(
  {
    maxStreams: Type.Number({ description: '0 = no cap.' }),
    maxNetworks: Type.Number(),
    limitation: Type.String(),
  },
  { additionalProperties: true },
)

/** Why a channel would open for a viewer, or would not. */
const openingExplained = Type.Object({
  channel: Type.String(),
  address: Type.String(),
  country: nullableText,
  group: nullableText,
  wonBy: nullableText,
  authBackend: nullableText,
  verdict: Type.Enum(['allow', 'deny', 'redirect', 'depends'], {
    description: '`depends`: backends decide, and were not asked.',
  }),
  reason: nullableText,
  decidedBy: Type.String(),
  steps: Type.Array(step),
  backends: Type.Array(Type.Object({ url: Type.String(), answer: nullableText })),
  account: nullableText,
  cap: Type.Union([cap, Type.Null()]),
})

/** Which playlist a viewer would be served. */
const playlistExplained = Type.Object({
  address: Type.String(),
  country: nullableText,
  account: nullableText,
  group: nullableText,
  wonBy: nullableText,
  rule: nullableText,
  reason: Type.String(),
  channels: Type.Integer(),
  leftOut: Type.Integer(),
  first: Type.Array(Type.String(), { description: 'Names of some channels.' }),
  listVersion: nullableText,
})

/** Answer of `GET /explain`: with a channel why it opens or not, without one the playlist. */
export const explained = Type.Unsafe<object>(Type.Union([openingExplained, playlistExplained]))
