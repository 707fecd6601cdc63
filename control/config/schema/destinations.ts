import { type Static, Type } from 'typebox'
import { DIGESTS, SEVERITIES, WEEKDAYS } from '../choices/notices.ts'
import { flag, item, name, oneOf, text } from './fields.ts'

/** Kinds of destinations that notices are sent to. */
export const DESTINATION_KINDS = [
  'discord',
  'ntfy',
  'webhook',
  'telegram',
  'email',
  'gotify',
] as const

/** One of {@link DESTINATION_KINDS}. */
export type DestinationKind = (typeof DESTINATION_KINDS)[number]

/** Pattern of a time of day: `22:30`. */
export const TIME_PATTERN = '^([01]\\d|2[0-3]):[0-5]\\d$'

const optional = (description: string) => Type.Optional(text({ description }))
const file = (what: string) => optional(`File with ${what}.`)
const whole = (
  fallback: number,
  description: string,
  [minimum, maximum]: readonly [number, number],
) => Type.Integer({ minimum, maximum, default: fallback, description })
const time = (description: string, fallback?: string) =>
  Type.String({
    pattern: TIME_PATTERN,
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
  })

const quietHours = item(
  {
    from: time('When they begin, `HH:MM`.'),
    to: time('When they end, on the next day where that is earlier.'),
    let_through: Type.Optional(
      Type.Enum([...SEVERITIES], {
        description: 'Notices at least this severe are sent all the same; none when not set.',
      }),
    ),
  },
  { description: 'Hours in which nothing is sent; what comes meanwhile follows afterwards.' },
)

const digest = item(
  {
    every: oneOf([...DIGESTS], { default: 'day', description: 'How often.' }),
    at: time('When, with `day` and `week`.', '08:00'),
    weekday: oneOf([...WEEKDAYS], {
      default: 'monday',
      description: 'On which day, with `week`.',
    }),
  },
  { description: 'Collects everything and sends it in one message at set times.' },
)

const template = item(
  {
    title: Type.Optional(
      Type.String({ maxLength: 500, description: 'Mustache template of the title.' }),
    ),
    text: Type.Optional(
      Type.String({ maxLength: 20_000, description: 'Mustache template of the text.' }),
    ),
  },
  { description: "Words of your own for one notice, in the service's markup." },
)

const how = {
  enabled: flag(true, 'Whether anything is sent.'),
  language: oneOf(['en', 'ru'], { default: 'en', description: 'Language of notices.' }),
  time_zone: Type.String({
    minLength: 1,
    default: 'UTC',
    description: 'Time zone of quiet hours, digests and the times shown.',
    examples: ['Europe/Berlin'],
  }),
  events: Type.Array(Type.String({ minLength: 1 }), {
    default: ['*'],
    description:
      'Events told: names, with `*` for any part of one; what a pattern with `!` matches is left out.',
    examples: [['finding.*', '!finding.hosting_network']],
  }),
  least_severity: oneOf([...SEVERITIES], {
    default: 'low',
    description: 'Milder notices are left out.',
  }),
  quiet_hours: Type.Optional(quietHours),
  digest: Type.Optional(digest),
  group_seconds: whole(
    5,
    'What comes of one account within this time is one message.',
    [0, 86_400],
  ),
  most_per_hour: whole(
    30,
    'Messages within an hour; one more says that the rest follows together.',
    [1, 100_000],
  ),
  dedup_minutes: whole(
    10,
    'The same about the same account is told once within this time; 0 tells everything.',
    [0, 43_200],
  ),
  template: Type.Optional(template),
  timeout_sec: whole(10, 'How long the service may take to answer.', [1, 120]),
}

const where = {
  url: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'Address of the service: the webhook of `discord` and `webhook`, else the server.',
    }),
  ),
  url_file: file('the address'),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'Headers of your own.' }),
  ),
  headers_file: file('headers of your own, `Name: value` a line'),
  ca_file: file('a CA certificate (PEM) to trust beside the known ones'),
  topic: optional('`ntfy`: topic.'),
  token: optional('`ntfy`, `telegram`, `gotify`: access, bot or application token.'),
  token_file: file('the token'),
  chat_id: Type.Optional(
    Type.Union([Type.String({ minLength: 1 }), Type.Integer()], {
      description: '`telegram`: chat, group or `@channel`.',
    }),
  ),
  thread_id: Type.Optional(
    Type.Union([Type.String({ minLength: 1 }), Type.Integer()], {
      description: '`telegram`, `discord`: topic or thread.',
    }),
  ),
  secret: optional('`webhook`: key of the signature.'),
  secret_file: file("the signature's key"),
  host: optional('`email`: SMTP server.'),
  port: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: '`email`: 587 when not set, 465 with `tls: tls`.',
    }),
  ),
  tls: Type.Optional(
    Type.Enum(['starttls', 'tls', 'none'], {
      description: '`email`: `starttls` when not set; `tls` from the first byte.',
    }),
  ),
  username: optional('`email`, `ntfy`: user name.'),
  password: optional('`email`, `ntfy`: password.'),
  password_file: file('the password'),
  from: optional('`email`: sender.'),
  to: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 100,
      description: '`email`: recipients, one an entry: `Doe, Jane <jane@example.net>`.',
    }),
  ),
}

/** An entry of `destinations`; settings that a kind requires are checked in `checks/destination-checks.ts`. */
export const destinationSchema = item(
  {
    name: name('Name of the destination.'),
    kind: oneOf([...DESTINATION_KINDS], { description: 'Service.' }),
    ...how,
    ...where,
  },
  { description: 'Where notices about findings and alarms go.' },
)

/** A destination of `gatehouse.yaml` or the admin API, with its secrets in clear text. */
export type DestinationConfig = Static<typeof destinationSchema>

/** The section `destinations`. */
export const destinationsSchema = Type.Array(destinationSchema, {
  default: [],
  description: 'Where notices go.',
})
