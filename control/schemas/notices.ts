import { Type } from 'typebox'
import { type DestinationConfig, destinationSchema } from '../config/schema/destinations.ts'
import { EVENTS } from '../config/schema/events.ts'
import { nullableText, nullableTime, pageQuery } from './common.ts'

const A_PHONE = {
  name: 'phones',
  kind: 'ntfy',
  topic: 'gatehouse-alarms',
  events: ['finding.*'],
} as const

const DEFAULTS = Object.fromEntries(
  Object.entries(destinationSchema.properties).flatMap(([key, schema]) =>
    'default' in schema ? [[key, schema.default]] : [],
  ),
)

/** A destination as the API shows it: its settings with `***` for secrets, and how it stands. */
export const destinationOut = Type.Object(
  {
    ...destinationSchema.properties,
    kind: Type.String(),
    origin: Type.Enum(['file', 'api'], {
      description: 'Where it is kept: gatehouse.yaml or here.',
    }),
    problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it cannot work.' }),
    waiting: Type.Integer({ description: 'Messages to be sent, 1000 at most.' }),
    dead: Type.Integer({ description: 'Messages given up, 1000 at most.' }),
    last_error: nullableText,
    last_sent_at: nullableTime,
  },
  {
    examples: [
      {
        ...DEFAULTS,
        ...A_PHONE,
        origin: 'api',
        problem: null,
        waiting: 0,
        dead: 0,
        last_error: null,
        last_sent_at: 1_767_225_600_000,
      },
    ],
  },
)

/** Body of `POST /destinations`: as in gatehouse.yaml, secrets included, without files. */
export const destinationIn = Type.Unsafe<DestinationConfig>({
  ...destinationSchema,
  // The rest has defaults.
  required: ['name', 'kind'],
  examples: [A_PHONE],
})

/** Body of `PATCH /destinations/:name`: what changes; `null` takes a setting away. */
export const destinationChange = Type.Record(Type.String(), Type.Unknown())

/** Answer to a test. */
export const testAnswer = Type.Object({
  ok: Type.Boolean(),
  error: Type.Union([Type.String(), Type.Null()], { description: "The service's own words." }),
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'HTTP status or SMTP reply.' }),
})

/** What is shown as an example. */
export const previewQuery = Type.Object({
  event: Type.Optional(
    Type.Enum([...EVENTS], { default: 'finding.simultaneous_places', description: 'Event.' }),
  ),
})

/** A message as it would be sent. */
export const previewAnswer = Type.Object({
  parts: Type.Array(
    Type.Object({ title: Type.String(), contentType: Type.String(), body: Type.String() }),
  ),
})

/** A message and what became of it. */
export const messageOut = Type.Object({
  id: Type.String(),
  destination: Type.String(),
  kind: Type.String({ description: '`notices`, or `closing`: the rest follows later.' }),
  severity: Type.String(),
  state: Type.String({ description: '`waiting`, `sent` or `dead`.' }),
  createdAt: Type.Integer(),
  sentAt: nullableTime,
  attempts: Type.Integer(),
  nextAt: Type.Integer({ description: 'When it is tried next, Unix milliseconds.' }),
  status: Type.Union([Type.Integer(), Type.Null()]),
  error: nullableText,
  notices: Type.Array(
    Type.Object({
      id: Type.String(),
      event: Type.String(),
      severity: Type.String(),
      subject: Type.String(),
      at: Type.Integer(),
    }),
  ),
})

/** Query of `GET /notifications`. */
export const messageQuery = Type.Object({
  ...pageQuery,
  state: Type.Optional(Type.Enum(['waiting', 'sent', 'dead'])),
  destination: Type.Optional(Type.String()),
})
