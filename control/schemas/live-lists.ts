import { Type } from 'typebox'
import { nullableText, nullableTime, pageQuery } from './common.ts'

const use = {
  ip: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The latest address.' }),
  country: nullableText,
  sessions: Type.Integer({ description: 'Live now.' }),
  channels: Type.Array(Type.String()),
  bytes: Type.Integer(),
  opened_at: nullableTime,
  updated_at: nullableTime,
  banned_until: nullableTime,
}

/** A device that plays or is banned. */
export const deviceSchema = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  user_name: nullableText,
  network: nullableText,
  user_agent: nullableText,
  ...use,
})

/** A network with running sessions or a ban. */
export const networkSchema = Type.Object({
  id: Type.String(),
  users: Type.Integer({ description: 'Accounts that play from it.' }),
  devices: Type.Integer(),
  ...use,
})

const filters = {
  user_id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'Channel.' })),
  group: Type.Optional(Type.String()),
  network: Type.Optional(Type.String()),
  banned: Type.Optional(Type.Boolean({ description: 'Only what is banned, or only what is not.' })),
}

/** Query of `GET /devices` and `GET /networks`. */
export const liveListQuery = Type.Object(
  { ...pageQuery, ...filters },
  { additionalProperties: false },
)

/** Why sessions are ended, and how long they are refused. */
export const endQuery = Type.Object(
  {
    seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, default: 60 })),
    note: Type.Optional(Type.String({ maxLength: 500, description: 'For the audit log.' })),
  },
  { additionalProperties: false },
)

/** Query of `DELETE /sessions/:id`. */
export const endOneQuery = Type.Object(
  {
    ...endQuery.properties,
    message: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'Shown to the viewer of a media server, where it can show any.',
      }),
    ),
  },
  { additionalProperties: false },
)

/** How many sessions were ended. */
export const endedSchema = Type.Object({
  ended: Type.Integer({ description: 'Sessions that ended by it.' }),
})
