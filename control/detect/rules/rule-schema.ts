import { Type } from 'typebox'
import { PARAMS } from './rule-params.ts'

const strict = { additionalProperties: false } as const

/** What a rule may do, mildest first. */
export const ACTIONS = ['observe', 'notify', 'message', 'limit', 'end', 'sign_out', 'ban'] as const

const scopeSchema = Type.Union(
  [
    Type.Object({ type: Type.Literal('all') }, strict),
    Type.Object({ type: Type.Literal('group'), group: Type.String({ minLength: 1 }) }, strict),
    Type.Object({ type: Type.Literal('account'), account: Type.String({ minLength: 1 }) }, strict),
  ],
  { default: { type: 'all' }, description: 'Whom the rule judges.' },
)

const stepSchema = Type.Object(
  {
    do: Type.Enum([...ACTIONS], { description: 'What is done.' }),
    from_finding: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1,
      description: 'From which finding on, counted within the escalation time.',
    }),
    message: Type.String({
      maxLength: 500,
      default: '',
      description: 'Text shown to the viewer by `message`, `end` and `ban`.',
    }),
    streams: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 1,
      description: '`limit`: streams left to the account.',
    }),
    minutes: Type.Integer({
      minimum: 1,
      maximum: 525_600,
      default: 60,
      description: '`limit` and `ban`: for how long.',
    }),
    target: Type.Enum(['account', 'network'], {
      default: 'account',
      description: '`ban`: the account, or the network the viewer came from.',
    }),
  },
  strict,
)

const common = {
  id: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,63}$',
    description: 'Name in logs and addresses.',
  }),
  name: Type.String({ maxLength: 120, default: '', description: 'What people call it.' }),
  enabled: Type.Boolean({ default: true, description: 'Whether it judges at all.' }),
  scope: scopeSchema,
  severity: Type.Enum(['low', 'warning', 'high'], {
    default: 'warning',
    description: 'How far a finding lowers trust: 5, 10, 20.',
  }),
  cool_down_minutes: Type.Integer({
    minimum: 0,
    maximum: 525_600,
    default: 1440,
    description: 'After a finding the rule leaves the account alone for so long.',
  }),
  escalation_hours: Type.Number({
    exclusiveMinimum: 0,
    maximum: 8760,
    default: 168,
    description: 'Findings within this time count towards the steps.',
  }),
  dry_run: Type.Boolean({
    default: true,
    description: 'Record and notify what would be done, do nothing to the viewer.',
  }),
  actions: Type.Array(stepSchema, {
    maxItems: ACTIONS.length,
    default: [
      { do: 'observe', from_finding: 1, message: '', streams: 1, minutes: 60, target: 'account' },
    ],
    description: 'Steps, mildest first.',
  }),
} as const

const ruleOf = <K extends keyof typeof PARAMS>(kind: K, params: (typeof PARAMS)[K]) =>
  Type.Object(
    {
      ...common,
      kind: Type.Literal(kind),
      params: Type.Object(params.properties, { ...strict, default: {} }),
    },
    strict,
  )

/** The schema of a rule of each kind. */
export const RULE_SCHEMAS = {
  impossible_travel: ruleOf('impossible_travel', PARAMS.impossible_travel),
  simultaneous_places: ruleOf('simultaneous_places', PARAMS.simultaneous_places),
  device_velocity: ruleOf('device_velocity', PARAMS.device_velocity),
  concurrent_streams: ruleOf('concurrent_streams', PARAMS.concurrent_streams),
  geo_restriction: ruleOf('geo_restriction', PARAMS.geo_restriction),
  second_household: ruleOf('second_household', PARAMS.second_household),
  restreaming: ruleOf('restreaming', PARAMS.restreaming),
  leaked_copy: ruleOf('leaked_copy', PARAMS.leaked_copy),
  hosting_network: ruleOf('hosting_network', PARAMS.hosting_network),
} as const

/** Any rule, for routes and their documentation. */
export const RULE_SCHEMA = Type.Union(Object.values(RULE_SCHEMAS))
