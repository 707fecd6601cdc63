import { Type } from 'typebox'
import type { Limitation } from '#domain/types'
import { bulkIds } from './bulk.ts'
import { nullableCount, nullableText, nullableTime, pageQuery } from './common.ts'

const limitation = Type.Unsafe<Limitation | null>({
  type: ['string', 'null'],
  enum: ['replace', 'soft', 'hard', null],
})

const fields = {
  name: Type.String({ minLength: 1, maxLength: 128 }),
  enabled: Type.Boolean(),
  expiresAt: nullableTime,
  maxSessions: nullableCount,
  maxNetworks: nullableCount,
  limitation,
  plan: nullableText,
  group: nullableText,
  note: nullableText,
}

/** Account as `GET /accounts` returns it. */
export const accountSchema = Type.Object({
  id: Type.String(),
  ...fields,
  createdAt: Type.Integer(),
  updatedAt: Type.Integer(),
})

/** Body of `PATCH /accounts/:id`. */
export const accountChange = Type.Partial(Type.Object(fields), { additionalProperties: false })

/** Body of `POST /accounts`. */
export const accountCreate = Type.Object(
  {
    ...accountChange.properties,
    id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' })),
    name: fields.name,
  },
  { additionalProperties: false },
)

const { name: _name, ...shared } = fields

/** Body of `POST /accounts/bulk`. */
export const accountsBulk = Type.Object(
  {
    ids: bulkIds,
    action: Type.Enum(['change', 'delete']),
    change: Type.Optional(
      Type.Partial(Type.Object(shared), { additionalProperties: false, minProperties: 1 }),
    ),
  },
  { additionalProperties: false },
)

/** Query of `GET /accounts`. */
export const accountQuery = Type.Object({
  ...pageQuery,
  name: Type.Optional(Type.String({ description: 'Part of the name.' })),
  plan: Type.Optional(Type.String()),
  group: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
})

/** Plan as `GET /plans` returns it: caps that accounts share. */
export const planOut = Type.Object({
  name: Type.String(),
  maxSessions: nullableCount,
  maxNetworks: nullableCount,
})

/** A token without its secret: there is none to give. */
export const tokenSchema = Type.Object({
  id: Type.String(),
  accountId: Type.String(),
  kind: Type.Union([Type.Literal('token'), Type.Literal('xtream')]),
  username: nullableText,
  label: nullableText,
  createdAt: Type.Integer(),
  lastUsedAt: nullableTime,
  revokedAt: nullableTime,
})

/** Body of `POST /accounts/:id/tokens`. */
export const tokenCreate = Type.Object({ label: Type.Optional(nullableText) })

/** The created token, the only answer that carries its secret. */
export const tokenCreated = Type.Object({
  id: Type.String(),
  token: Type.String({ description: 'Shown this once.' }),
  playlist: Type.String({ description: "The account's playlist address." }),
})

/** Body of `PUT /accounts/:id/password`: user and password of the Xtream login. */
export const passwordPut = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 40, pattern: '^[^/?#\\s]+$' }),
  password: Type.String({ minLength: 6, maxLength: 128, pattern: '^[^/?#\\s]+$' }),
})

/** A page of rows: `items`, and the cursor `next` or null at the end. */
export const pageOf = <S extends Parameters<typeof Type.Array>[0]>(schema: S) =>
  Type.Object({ items: Type.Array(schema), next: nullableText })
