import { Type } from 'typebox'
import { nullableText, nullableTime, wholePageQuery } from './common.ts'

const account = Type.String({ minLength: 1, maxLength: 300 })

/** A person; one with a single account has that account's name as id. */
export const personSchema = Type.Object({
  id: Type.String(),
  name: nullableText,
  accounts: Type.Array(
    Type.Object({
      account,
      server: nullableText,
      name: nullableText,
      email: nullableText,
      seenAt: nullableTime,
      removedAt: Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        description: 'When the server was first without this user; history stays.',
      }),
    }),
    { description: 'The first speaks for all: findings and confidence stand under it.' },
  ),
})

/** Query of `GET /people`. */
export const peopleQuery = Type.Object({
  ...wholePageQuery,
  merged: Type.Optional(Type.Boolean({ description: 'Only people with several accounts.' })),
  removed: Type.Optional(Type.Boolean({ description: 'Only people a server has no more.' })),
  q: Type.Optional(Type.String({ description: 'Part of a name, e-mail address or account.' })),
})

/** Accounts that look like one person's. */
export const suggestionSchema = Type.Object({
  id: Type.String({ description: 'Of what they have in common.' }),
  by: Type.Enum(['email', 'name']),
  value: Type.String({ description: 'What they have in common.' }),
  accounts: Type.Array(account),
})

/** Body of `POST /people/merge`. */
export const mergeBody = Type.Object(
  {
    accounts: Type.Array(account, { minItems: 2, maxItems: 100, uniqueItems: true }),
    name: Type.Optional(nullableText),
  },
  {
    additionalProperties: false,
    examples: [{ accounts: ['own:0b8e7c1e', 'plex:den:12'], name: 'The family at No 12' }],
  },
)

/** Body of `POST /people/{id}/split`. */
export const splitBody = Type.Object(
  { accounts: Type.Optional(Type.Array(account, { minItems: 1, maxItems: 100 })) },
  { additionalProperties: false },
)

const homes = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
    maxItems: 100,
    uniqueItems: true,
    description,
  })

/** Networks said to be a person's home. */
export const homesSchema = Type.Object({
  accounts: Type.Array(account, { description: 'Of the person; all have these homes.' }),
  homes: Type.Array(Type.String()),
})

/** Body of `PATCH /people/{id}/homes`. */
export const homesBody = Type.Object(
  {
    add: Type.Optional(
      homes('Addresses, CIDRs or ranges that are home, no wider than a /8 (IPv6: a /16).'),
    ),
    remove: Type.Optional(homes('Homes of the list, in any spelling.')),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ add: ['203.0.113.0/24'], remove: ['198.51.100.7'] }],
  },
)
