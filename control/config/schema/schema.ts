import { type Static, Type } from 'typebox'
import { authBackendSchema, floodSchema, secureLinkSchema } from './access.ts'
import { adminSchema } from './admin.ts'
import { appsSchema } from './apps.ts'
import { destinationsSchema } from './destinations.ts'
import { clocksSchema, controlSchema, edgeSchema, originSchema } from './edge.ts'
import {
  address,
  count,
  flag,
  item,
  name,
  nullable,
  oneOf,
  seconds,
  section,
  text,
  texts,
} from './fields.ts'
import { channelRuleSchema, groupSchema, planSchema, surgeSchema } from './groups.ts'
import { guideSchema, picturesSchema } from './guide.ts'
import { hooksSchema } from './hooks.ts'
import { homeNetworksSchema, mediaServerSchema } from './media-servers.ts'

const sourceSchema = item(
  {
    name: name('Name of the source.'),
    file: Type.Optional(Type.String({ minLength: 1, description: 'M3U file; this or `url`.' })),
    url: Type.Optional(Type.String({ pattern: '^https?://', description: 'M3U address.' })),
    refresh_sec: seconds(300, 'How often it is looked at again.', 5),
    ids: oneOf(['tvg-id', 'address'], {
      default: 'tvg-id',
      description:
        'What channels are called: by `tvg-id`, or by their folder in the address, which is the name Flussonic and its backends know.',
    }),
  },
  { description: 'Where channels come from.' },
)

const redisSchema = section(
  {
    url: nullable(Type.String({ pattern: '^rediss?://|^unix:' }), {
      description:
        'Your own Redis; without it `run` starts one. `redis+cluster` by several `nodes`.',
      examples: ['redis://10.0.0.5:6379/0'],
    }),
    nodes: texts({ description: 'Nodes of a Redis Cluster, `host:port` each.' }),
    password_file: nullable(text({ description: 'Password file.' }), {
      description: 'File with the Redis password.',
    }),
    ca_file: nullable(text({ description: 'PEM file.' }), { description: 'CA for `rediss://`.' }),
  },
  { description: 'Shared session state.' },
)

const storeSchema = section(
  {
    url: nullable(Type.String({ pattern: '^(postgres(ql)?://|duckdb:)' }), {
      description: 'PostgreSQL for several control planes; a DuckDB file when not set.',
      examples: ['postgres://gatehouse@db/gatehouse'],
    }),
    password_file: nullable(text({ description: 'Password file.' }), {
      description: 'File with the PostgreSQL password.',
    }),
    time_zone: nullable(text({ description: 'IANA name.' }), {
      description: "Time zone of days and hours in the history; the households' own where not set.",
      examples: ['Europe/Lisbon'],
    }),
    retention_days: count(400, 'How long single sessions are kept; roll-ups stay.'),
  },
  { description: 'What must last.' },
)

const geoSchema = section(
  {
    files: texts({
      description: 'MaxMind-format city files; the DB-IP files that come along when not set.',
    }),
    cross_check_files: texts({
      description:
        'City files of another maker, in MaxMind format: where they name another place, the radius of a position is the distance between the two, and where they know another country alone, the position is unknown. Where they name another country, that of plays is unknown too; groups go by `geo.files`.',
    }),
    asn_files: texts({
      description:
        'Files of autonomous systems, in MaxMind format or as CSV of `first,last,number,name` with decimal addresses; those that come along when not set.',
    }),
    enabled: flag(true, 'Look up countries and cities.'),
  },
  { description: 'Where addresses are. IP geolocation by DB-IP unless you bring your own.' },
)

const demoSchema = section(
  {
    enabled: flag(false, 'Start the demo origin and accounts.'),
    origin: address('127.0.0.1:8089', 'Where the demo origin listens.'),
    accounts: Type.Array(
      item(
        {
          name: name('Name of the demo account.'),
          max_sessions: count(1, 'Streams at once.'),
        },
        { description: 'A demo account.' },
      ),
      { default: [], description: 'Demo accounts, made at start with tokens that are printed.' },
    ),
  },
  { description: 'The demo service of `run` without `--config`.' },
)

/** The whole of `gatehouse.yaml`. */
export const configSchema = section(
  {
    state: nullable(text({ description: 'Folder.' }), {
      description: 'State folder; `--state` wins. `.state` beside the configuration when not set.',
    }),
    edge: edgeSchema,
    apps: appsSchema,
    admin: adminSchema,
    control: controlSchema,
    hooks: hooksSchema,
    redis: redisSchema,
    store: storeSchema,
    geo: geoSchema,
    clocks: clocksSchema,
    flood: floodSchema,
    network_key: section(
      {
        ipv6_prefix: Type.Union([Type.Literal(64), Type.Literal(56), Type.Literal(48)], {
          default: 64,
          description: 'Bits of an IPv6 address that make one network.',
        }),
      },
      { description: 'What counts as one network.' },
    ),
    origins: Type.Array(originSchema, { default: [], description: 'Media servers.' }),
    sources: Type.Array(sourceSchema, { default: [], description: 'Playlists to read.' }),
    guide: guideSchema,
    pictures: picturesSchema,
    media_servers: Type.Array(mediaServerSchema, {
      default: [],
      description: 'Media servers that are watched.',
    }),
    home_networks: homeNetworksSchema,
    groups: Type.Array(groupSchema, { default: [], description: 'Groups of viewers.' }),
    channels: Type.Array(channelRuleSchema, { default: [], description: 'Rules by channel.' }),
    plans: Type.Array(planSchema, { default: [], description: 'Plans.' }),
    surge: Type.Array(surgeSchema, { default: [], description: 'Surge profiles.' }),
    auth: nullable(text({ description: 'Name of an auth backend.' }), {
      description: 'Auth backend for everything no channel rule or group names one for.',
    }),
    auth_backends: Type.Array(authBackendSchema, { default: [], description: 'Auth backends.' }),
    secure_links: Type.Array(secureLinkSchema, { default: [], description: 'Secure links.' }),
    log: section(
      {
        level: oneOf(['debug', 'info', 'warn', 'error'], {
          default: 'info',
          description: 'How much is logged.',
        }),
      },
      { description: 'Logs.' },
    ),
    destinations: destinationsSchema,
    demo: demoSchema,
  },
  { description: 'gatehouse.yaml' },
)

export type Config = Static<typeof configSchema>
export type GroupConfig = Config['groups'][number]
export type AuthBackendConfig = Config['auth_backends'][number]
export type SurgeConfig = Config['surge'][number]
export type ChannelRule = Config['channels'][number]
export type MediaServerConfig = Config['media_servers'][number]
export type HookServerConfig = Config['hooks']['servers'][number]
export type PlanConfig = Config['plans'][number]
