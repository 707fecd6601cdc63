import { Type } from 'typebox'
import type { Limitation } from '#domain/types'
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

export const accountSchema = Type.Object({
  id: Type.String(),
  ...fields,
  createdAt: Type.Integer(),
  updatedAt: Type.Integer(),
})

export const accountChange = Type.Partial(Type.Object(fields), { additionalProperties: false })

export const accountCreate = Type.Object(
  {
    ...accountChange.properties,
    id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' })),
    name: fields.name,
  },
  { additionalProperties: false },
)

export const accountQuery = Type.Object({
  ...pageQuery,
  name: Type.Optional(Type.String({ description: 'Part of the name.' })),
  plan: Type.Optional(Type.String()),
  group: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
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

export const tokenCreate = Type.Object({ label: Type.Optional(nullableText) })

export const tokenCreated = Type.Object({
  id: Type.String(),
  token: Type.String({ description: 'Shown this once.' }),
  playlist: Type.String({ description: "The account's playlist address." }),
})

export const passwordPut = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 40, pattern: '^[^/?#\\s]+$' }),
  password: Type.String({ minLength: 6, maxLength: 128, pattern: '^[^/?#\\s]+$' }),
})

export const pageOf = <S extends Parameters<typeof Type.Array>[0]>(schema: S) =>
  Type.Object({ items: Type.Array(schema), next: nullableText })
