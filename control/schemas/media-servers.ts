import { Type } from 'typebox'
import { NAME_PATTERN } from '../config/schema/fields.ts'
import { MEDIA_SERVER_KINDS } from '../config/schema/media-servers.ts'
import { nullableText, nullableTime } from './common.ts'

/** A watched media server and its health; its token is never shown. */
export const mediaServerStatus = Type.Object({
  name: Type.String(),
  kind: Type.Enum([...MEDIA_SERVER_KINDS]),
  url: Type.String(),
  from: Type.Enum(['config', 'api'], {
    description: 'Named in the configuration, or added by API.',
  }),
  state: Type.Enum(['stopped', 'connecting', 'watching', 'failing']),
  signIn: Type.Enum(['unknown', 'accepted', 'refused'], {
    description: 'Whether the server accepts the token; where refused, sign in again.',
  }),
  lastEventAt: nullableTime,
  lagMs: Type.Union([Type.Integer(), Type.Null()], {
    description: 'By how much what is shown may be behind the server.',
  }),
  problem: nullableText,
  plays: Type.Integer({ description: 'Streams that play now.' }),
  webhook: Type.Boolean({ description: 'Whether webhooks of it are taken.' }),
  can: Type.Object({
    end: Type.Boolean(),
    showReason: Type.Boolean(),
    message: Type.Boolean(),
    signOut: Type.Boolean(),
    limit: Type.Enum(['streams', 'sign-ins', 'none']),
  }),
})

const signOut = Type.Optional(Type.Boolean({ description: 'Allow devices to be signed out.' }))

const address = {
  kind: Type.Enum([...MEDIA_SERVER_KINDS]),
  url: Type.String({ pattern: '^https?://[^/@]+', maxLength: 500 }),
  token: Type.String({
    minLength: 1,
    maxLength: 4000,
    description: 'Encrypted at rest; never shown again.',
  }),
  tls_verify: Type.Optional(Type.Boolean()),
}

/** Body of `POST /media-servers`. */
export const newMediaServer = Type.Object(
  {
    name: Type.String({ pattern: NAME_PATTERN }),
    ...address,
    sign_out: signOut,
  },
  { additionalProperties: false },
)

/** Body of `PATCH /media-servers/{name}`: what is left out stays. */
export const mediaServerChange = Type.Object(
  {
    url: Type.Optional(address.url),
    token: Type.Optional(address.token),
    tls_verify: address.tls_verify,
    sign_out: signOut,
  },
  { additionalProperties: false, minProperties: 1 },
)

/** Body of `POST /media-servers/test`. */
export const mediaServerTest = Type.Object(address, { additionalProperties: false })

/** What a test of a server found. */
export const mediaServerTested = Type.Object({
  ok: Type.Boolean(),
  problem: nullableText,
  plays: Type.Integer(),
  users: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Accounts of the server; null where the token may not ask.',
  }),
})

/** Where webhooks of a server go, and what they present. */
export const webhookMade = Type.Object({
  path: Type.String({ description: 'With the secret in it; `X-Hook-Secret` does as well.' }),
  secret: Type.String({ description: 'Encrypted at rest; never shown again.' }),
  listeners: Type.Array(Type.String(), { description: 'Where this control plane takes them.' }),
})

/** What came of ending a session of a media server. */
export const mediaEnded = Type.Object({
  state: Type.Enum(['confirmed', 'asked'], {
    description: '`asked`: the server took the request, and the stream still runs.',
  }),
  detail: Type.String(),
})
