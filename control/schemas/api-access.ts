import { Type } from 'typebox'
import { nullableTime } from './common.ts'

/** A permission: `sessions:read`, `accounts:*`, or `*`. */
export const SCOPE_PATTERN = '^(?:\\*|[a-z][a-z-]*:(?:read|write|\\*))$'

const scopes = Type.Array(Type.String({ pattern: SCOPE_PATTERN, maxLength: 64 }), {
  minItems: 1,
  maxItems: 50,
  description: 'Permissions of routes: `sessions:read`, `bans:write`, `accounts:*`, or `*`.',
  examples: [['sessions:read', 'history:read']],
})

/** A token of the admin API, without its text. */
export const apiTokenOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  createdBy: Type.String({
    description: 'The token goes with this person, and may do no more than he may.',
  }),
  createdAt: Type.Integer(),
  expiresAt: nullableTime,
  lastUsedAt: nullableTime,
})

/** Body of `POST /api-tokens`. */
export const apiTokenIn = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, examples: ['grafana'] }),
    scopes,
    expiresAt: Type.Optional(nullableTime),
  },
  { additionalProperties: false },
)

/** A token that was just made, with its text. */
export const apiTokenMade = Type.Object({
  ...apiTokenOut.properties,
  token: Type.String({ description: 'Shown only now.' }),
})

/** One browser that is signed in. */
export const signInOut = Type.Object({
  id: Type.String(),
  user: Type.String(),
  createdAt: Type.Integer(),
  lastSeenAt: Type.Integer(),
  address: Type.String(),
  agent: Type.String(),
  isCurrent: Type.Boolean({ description: 'The browser that asks.' }),
})

/** A second factor that waits for its first code. */
export const secondFactorOffer = Type.Object({
  secret: Type.String({ description: 'Base32, for typing in.' }),
  uri: Type.String({ description: 'otpauth:// address, for a QR code.' }),
})

/** A code of a second factor. */
export const codeBody = Type.Object(
  { code: Type.String({ pattern: '^[0-9]{6}$', examples: ['123456'] }) },
  { additionalProperties: false },
)
