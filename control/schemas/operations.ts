import { Type } from 'typebox'
import { nullableText, nullableTime, pageQuery } from './common.ts'

/** Group as `GET /groups` returns it. */
export const groupSchema = Type.Object({
  name: Type.String(),
  networks: Type.Integer({ description: 'How many networks are named.' }),
  countries: Type.Array(Type.String()),
  default: Type.Boolean(),
  channels: Type.Integer(),
  leftOut: Type.Integer({ description: 'Channels left out by surge now.' }),
  maxSessions: Type.Union([Type.Integer(), Type.Null()]),
  listVersion: Type.String(),
  surge: Type.Array(Type.String(), { description: 'Profiles in force.' }),
})

/** Channel as `GET /channels` returns it. */
export const channelSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  titles: Type.Array(Type.String()),
  source: Type.String(),
  protocol: Type.String(),
  isVod: Type.Boolean(),
  groups: Type.Array(Type.String()),
  former: Type.Array(Type.String(), {
    description: 'What lists called its address before: what closes these closes it, too.',
  }),
})

/** Query of `GET /channels`. */
export const channelQuery = Type.Object({
  group: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'Part of id or name.' })),
  limit: pageQuery.limit,
  after: pageQuery.after,
})

/** Status of a playlist source. */
export const sourceSchema = Type.Object({
  name: Type.String(),
  ok: Type.Boolean(),
  channels: Type.Integer(),
  error: nullableText,
  fetchedAt: nullableTime,
  checkedAt: nullableTime,
})

/** Surge profile and whether it is on. */
export const surgeSchema = Type.Object({
  name: Type.String(),
  group: Type.String(),
  running: Type.String(),
  on: Type.Boolean(),
  since: nullableTime,
  by: nullableText,
})

/** Signing key without its secret. */
export const keySchema = Type.Object({
  kid: Type.Integer(),
  createdAt: Type.Integer(),
  retiredAt: nullableTime,
  isCurrent: Type.Boolean(),
})

/** Query of `GET /audit`. */
export const auditQuery = Type.Object({
  ...pageQuery,
  actor: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String()),
})

/** Audit entry. */
export const auditSchema = Type.Object({
  id: Type.String(),
  at: Type.Integer(),
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
})

/** Edge as of its last sync. */
export const edgeSchema = Type.Object({
  id: Type.String(),
  addedAt: nullableTime,
  revokedAt: nullableTime,
  nginx: Type.String(),
  njs: Type.String(),
  engine: Type.String(),
  lastSyncAt: nullableTime,
  clockSkewMs: Type.Number(),
  free: Type.Record(Type.String(), Type.Number()),
  reports: Type.Integer({
    description: 'Reports its last sync carried; of a kind 1,000 at most, the rest waits.',
  }),
  alarms: Type.Array(Type.String()),
})

/** This control plane, and what waits in it. */
export const systemSchema = Type.Object({
  version: Type.String(),
  node: Type.String(),
  startedAt: Type.Integer(),
  store: Type.String({ description: 'Engine of the database: `duckdb` or `postgres`.' }),
  redis: Type.Enum(['connected', 'away'], {
    description: 'While it is away, slots are counted in memory.',
  }),
  events: Type.Object({
    buffered: Type.Integer({ description: 'Wait for Redis.' }),
    waiting: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'Are not yet in SQL; null where Redis does not say.',
    }),
    dropped: Type.Integer({ description: 'Were lost since the start, the buffer being full.' }),
  }),
})

/** What came of asking the edge for its health. */
export const edgeCheck = Type.Object({
  url: Type.Union([Type.String(), Type.Null()], {
    description: 'What was asked; null where there is no edge, or its address is not known.',
  }),
  ok: Type.Boolean(),
  problem: nullableText,
})

/** The created edge, the only answer that carries its key. */
export const newEdgeSchema = Type.Object({
  id: Type.String(),
  key: Type.String({ description: 'Shown once; only its hash is kept.' }),
  createdAt: Type.Integer(),
})

/** Body of `POST /edges`. */
export const edgeBody = Type.Object(
  { id: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$', description: 'Its `edge.id`.' }) },
  { additionalProperties: false },
)
