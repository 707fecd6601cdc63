import { type Static, Type } from 'typebox'
import type { AppList } from '#domain/apps/xtream'
import type { TableName } from '#domain/channels/protocol'
import { nullableText } from '../../schemas/common.ts'

const key = Type.String({ minLength: 16, maxLength: 16 })
const row = Type.Tuple([key, Type.Number(), Type.Number()])

const sessions = Type.Array(
  Type.Object({
    key,
    pass: Type.String(),
    channel: Type.String(),
    address: Type.String(),
    agent: Type.String(),
    family: Type.Optional(Type.String()),
    at: Type.Number(),
  }),
  { maxItems: 5000 },
)

/** `SyncRequest` of the edge contract. */
export const syncRequestSchema = Type.Object({
  edge: Type.String(),
  boot: Type.String(),
  njs: Type.String(),
  nginx: Type.String(),
  engine: Type.String(),
  clock: Type.Number(),
  have: Type.Object({
    policy: nullableText,
    keys: nullableText,
    networks: nullableText,
    channels: nullableText,
    bans: nullableText,
    epoch: nullableText,
  }),
  seen: Type.Array(key, { maxItems: 5000 }),
  more: Type.Optional(Type.Boolean()),
  traffic: Type.Array(row, { maxItems: 50_000 }),
  closed: Type.Array(row, { maxItems: 50_000 }),
  degraded: sessions,
  running: Type.Optional(sessions),
  ended: Type.Optional(
    Type.Array(Type.Tuple([key, Type.String({ maxLength: 64 })]), { maxItems: 5000 }),
  ),
  past: Type.Optional(
    Type.Array(Type.Tuple([Type.String({ maxLength: 64 }), Type.String({ maxLength: 300 })]), {
      maxItems: 1000,
    }),
  ),
  protocols: Type.Optional(
    Type.Array(
      Type.Tuple([
        Type.String({ maxLength: 64 }),
        Type.Union([Type.Literal('hls'), Type.Literal('dash'), Type.Literal('mpegts')]),
      ]),
      { maxItems: 1000 },
    ),
  ),
  failures: Type.Optional(
    Type.Array(Type.Tuple([Type.String({ maxLength: 300 }), Type.String({ maxLength: 64 })]), {
      maxItems: 1000,
    }),
  ),
  unshared: Type.Optional(
    Type.Array(Type.Tuple([Type.String({ maxLength: 64 }), Type.String({ maxLength: 300 })]), {
      maxItems: 1000,
    }),
  ),
  free: Type.Record(Type.String(), Type.Number()),
  troubles: Type.Optional(Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 100 })),
  diskFull: Type.Optional(Type.Boolean()),
  release: Type.Optional(Type.String({ maxLength: 100 })),
  files: Type.Optional(Type.String({ maxLength: 100 })),
  push: Type.Optional(Type.String({ maxLength: 300 })),
})

/** Which part of a table: the version an edge has, and where its last page ended. */
export const tableQuerySchema = Type.Object({
  from: Type.Optional(Type.String()),
  cursor: Type.Optional(Type.Integer({ minimum: 0 })),
})

/** Whether edges have a table of this name. */
export const isTableName = (name: string): name is TableName =>
  name === 'networks' || name === 'channels'

/** Which version of a list of apps, and which category of it. */
export const appListQuerySchema = Type.Object({
  v: Type.Optional(Type.String()),
  category: Type.Optional(Type.String({ pattern: '^[0-9]{1,10}$' })),
})

export type AppListQuery = Static<typeof appListQuerySchema>

const APP_LISTS: ReadonlySet<string> = new Set<AppList>([
  'live-streams',
  'live-categories',
  'panel',
])

/** Whether apps have a list of this name. */
export const isAppList = (name: string): name is AppList => APP_LISTS.has(name)

export const guideQuerySchema = Type.Object({
  v: Type.Optional(Type.String()),
  form: Type.Optional(Type.Union([Type.Literal('xml'), Type.Literal('gz')])),
  base: Type.Optional(Type.String({ pattern: '^https?://[A-Za-z0-9._:\\[\\]-]{1,255}$' })),
})

export type GuideQuery = Static<typeof guideQuerySchema>

export const listingQuerySchema = Type.Object({
  form: Type.Optional(Type.Union([Type.Literal('short'), Type.Literal('table')])),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
})

export type ListingQuery = Static<typeof listingQuerySchema>

/** A document that an edge cannot unpack itself: brotli (RFC 7932), in Base64. */
export const packedSchema = Type.Object({ brotli: Type.String({ minLength: 1 }) })
