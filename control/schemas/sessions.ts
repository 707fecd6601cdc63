import { Type } from 'typebox'
import { BAN_KINDS } from '#domain/reasons'
import { MOST_IN_BULK } from './bulk.ts'
import { nullableText, nullableTime, pageQuery } from './common.ts'

/** A live session; field names are Flussonic's where it has one. */
export const sessionSchema = Type.Object({
  id: Type.String({ description: 'What `show` and `end` take.' }),
  session_id: Type.String(),
  name: Type.String({ description: 'Channel.' }),
  user_id: Type.String({ description: 'Account.' }),
  user_name: nullableText,
  ip: Type.String(),
  network: Type.String(),
  country: nullableText,
  city: Type.Union([Type.String(), Type.Null()], {
    description: 'Where the geo file knows it; empty for who may not see it.',
  }),
  accuracy_km: Type.Union([Type.Number(), Type.Null()], {
    description: 'Radius around the city within which the viewer is.',
  }),
  proto: Type.String(),
  user_agent: Type.String(),
  group: Type.String(),
  device: Type.String(),
  download: nullableText,
  token: Type.Union([Type.String(), Type.Null()], { description: 'Fingerprint, never the token.' }),
  state: Type.String({
    description:
      'reserved, playing or superseded; at media servers playing, paused, buffering, or ending once its end was asked.',
  }),
  source: Type.String({
    description: '`edge:<id>`, `plex:<name>`, `jellyfin:<name>`, `emby:<name>`.',
  }),
  delivery: Type.Union([Type.String(), Type.Null()], {
    description:
      'How a media server delivers it: direct play, direct stream (in another container) or transcode; null at edges and where the server does not say.',
  }),
  edge: Type.String(),
  opened_at: Type.Integer(),
  started_at: nullableTime,
  updated_at: Type.Integer(),
  bytes: Type.Integer(),
  requests: Type.Integer(),
})

/** Query of `GET /sessions`. */
export const sessionQuery = Type.Object(
  {
    ...pageQuery,
    user_id: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    network: Type.Optional(Type.String()),
    edge: Type.Optional(Type.String()),
    device: Type.Optional(Type.String()),
    download: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Body of `POST /sessions/{id}/message`. */
export const messageBody = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 500, description: 'Shown on the screen.' }) },
  { additionalProperties: false },
)

/** A page of live sessions. */
export const sessionPage = Type.Object({
  items: Type.Array(sessionSchema),
  next: nullableText,
  total: Type.Union([Type.Integer(), Type.Null()]),
})

/** Query of `GET /bans`. */
export const banQuery = Type.Object(
  {
    ...pageQuery,
    kind: Type.Optional(Type.Enum([...BAN_KINDS])),
    account: Type.Optional(Type.String({ description: 'Bans of this account and its devices.' })),
  },
  { additionalProperties: false },
)

/** Query of `GET /downloads`. */
export const downloadQuery = Type.Object(
  {
    ...pageQuery,
    account: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Ban as `GET /bans` returns it. */
export const banSchema = Type.Object({
  id: Type.String({ description: '`<kind>:<subject>`.' }),
  kind: Type.String(),
  subject: Type.String(),
  reason: Type.String(),
  by: Type.String(),
  note: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Why, in words.' }),
  until: nullableTime,
})

/** Body of `POST /bans`. */
export const banCreate = Type.Object(
  {
    kind: Type.Enum([...BAN_KINDS]),
    subject: Type.String({
      minLength: 1,
      maxLength: 512,
      description:
        'Session id; `<account>|<channel>|<device>`; download id; account; address or network.',
    }),
    seconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 315_360_000, description: 'A year when not given.' }),
    ),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)

/** Body of `POST /bans/bulk`. */
export const bansBulk = Type.Object(
  {
    action: Type.Enum(['ban', 'lift']),
    bans: Type.Array(banCreate, { minItems: 1, maxItems: MOST_IN_BULK }),
  },
  { additionalProperties: false },
)

/** The created ban and how many sessions it ended. */
export const banCreated = Type.Object({
  ban: banSchema,
  ended: Type.Integer({ description: 'Sessions that ended by it.' }),
})

/** One delivered copy of a playlist. */
export const downloadSchema = Type.Object({
  id: Type.String(),
  account: Type.String(),
  accountName: Type.Union([Type.String(), Type.Null()], {
    description: 'Of an account kept here.',
  }),
  group: Type.String(),
  wonBy: Type.String(),
  issuedAt: Type.Integer(),
  firstUsedAt: nullableTime,
  firstNetwork: nullableText,
  firstAddress: nullableText,
  userAgent: nullableText,
  revokedAt: nullableTime,
})
