import { Type } from 'typebox'
import { ROLES } from '../operators/roles.ts'

/** A name people sign in with. */
export const operatorName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\s:/][^:/]*$',
  description: 'Letters of any script; neither `:` nor `/`.',
})

/** A password that is set. */
export const newPassword = Type.String({ minLength: 10, maxLength: 256 })

const shortText = Type.String({ minLength: 1, maxLength: 256 })

/** What `GET /auth` answers. */
export const authState = Type.Object({
  mode: Type.Enum(['first-run', 'sign-in'] as const, {
    description: '`first-run`: nobody can sign in yet; the link that `run` prints makes the owner.',
  }),
  user: Type.Union([
    Type.Object({ id: Type.String(), name: Type.String(), role: Type.Enum([...ROLES]) }),
    Type.Null(),
  ]),
  permissions: Type.Array(Type.String()),
  csrf: Type.Union([Type.String(), Type.Null()], {
    description: 'Send it as `X-Gatehouse-CSRF` with every change.',
  }),
  totp: Type.Boolean({ description: 'Whether the second factor of who is signed in is on.' }),
  version: Type.String(),
  demo: Type.Boolean(),
  oidc: Type.Union([Type.Object({ name: Type.String() }), Type.Null()], {
    description: 'Sign-in by OpenID Connect, begun at `auth/oidc`, where it is configured.',
  }),
})

/** Body of `POST /auth/sign-in`. */
export const signInBody = Type.Object(
  {
    name: shortText,
    password: shortText,
    code: Type.Optional(
      Type.String({ pattern: '^[0-9]{6}$', description: 'Of the second factor, where it is on.' }),
    ),
  },
  { additionalProperties: false },
)

/** Body of `PUT /auth/password`. */
export const ownPasswordBody = Type.Object(
  {
    password: Type.Optional(
      Type.String({
        maxLength: 256,
        description: 'The one of before; who signs in by link alone has none.',
      }),
    ),
    newPassword,
  },
  { additionalProperties: false },
)

/** Body of `POST /auth/link`. */
export const linkBody = Type.Object(
  {
    link: shortText,
    name: Type.Optional(operatorName),
    password: Type.Optional(newPassword),
  },
  { additionalProperties: false, description: 'Name and password only for the first owner.' },
)

/** Somebody who may sign in. */
export const operatorOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.String(),
  hasPassword: Type.Boolean(),
  createdAt: Type.Integer(),
  updatedAt: Type.Integer(),
})

/** Body of `POST /users`. */
export const operatorIn = Type.Object(
  { name: operatorName, role: Type.Enum([...ROLES]), password: newPassword },
  { additionalProperties: false },
)

/** Body of `PATCH /users/{id}`. */
export const operatorChange = Type.Object(
  { role: Type.Optional(Type.Enum([...ROLES])), password: Type.Optional(newPassword) },
  { additionalProperties: false, minProperties: 1 },
)

/** Body of `POST /sign-in-links`. */
export const signInLinkIn = Type.Object(
  { user: Type.Optional(shortText) },
  { additionalProperties: false },
)

/** A link that signs in once, within 15 minutes. */
export const signInLinkOut = Type.Object({ url: Type.String() })
