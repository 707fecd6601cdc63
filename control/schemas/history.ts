import { Type } from 'typebox'
import { nullableCount, nullableText, nullableTime, pageQuery, timeIn } from './common.ts'

const nullableNumber = Type.Union([Type.Number(), Type.Null()])

/** A span: `from` and `to`, or the last `days`. */
export const spanQuery = {
  from: Type.Optional(timeIn('Unix milliseconds.')),
  to: Type.Optional(timeIn('Unix milliseconds; now when left out.')),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, default: 30 })),
}

const topLimit = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 20 })),
}

/** Query of lists whose first rows matter most. */
export const topQuery = Type.Object({
  ...spanQuery,
  ...topLimit,
  after: pageQuery.after,
})

/** Query of one account's days and latest plays. */
export const overviewQuery = Type.Object({ ...spanQuery, ...topLimit })

/** One play of the history. */
export const playSchema = Type.Object({
  id: Type.String(),
  source: Type.String(),
  account: Type.String(),
  accountName: nullableText,
  group: nullableText,
  address: nullableText,
  network: nullableText,
  isLan: Type.Boolean(),
  country: nullableText,
  region: nullableText,
  city: nullableText,
  latitude: nullableNumber,
  longitude: nullableNumber,
  accuracyKm: nullableNumber,
  asn: nullableCount,
  asnOrg: nullableText,
  device: nullableText,
  platform: nullableText,
  client: nullableText,
  player: Type.Optional(nullableText),
  proto: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description:
        'What it was played by: `hls`, `dash`, `mpegts`, or the word of another server (`rtmp`).',
    }),
  ),
  download: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'The copy of the playlist it came from.',
    }),
  ),
  door: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description:
        'How it was opened: `xtream` by user and password, as apps do that download no playlist; else the protocol.',
    }),
  ),
  agent: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'The whole User-Agent.' }),
  ),
  channel: nullableText,
  title: nullableText,
  isLive: Type.Boolean(),
  delivery: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description:
        'How a media server delivered it: `direct play`, `direct stream` or `transcode`; `null` at edges.',
    }),
  ),
  startedAt: Type.Number(),
  lastSeenAt: Type.Number(),
  endedAt: nullableTime,
  playedMs: nullableCount,
  bytes: nullableCount,
  reason: nullableText,
})

const amounts = {
  plays: Type.Number(),
  refusals: Type.Number(),
  playedMs: Type.Number(),
  bytes: Type.Number(),
}

/** Totals of one channel, title, country, kind of device or source. */
export const keyTotals = Type.Object({ key: Type.String(), ...amounts })

/** Totals of one account, with the name it had in its newest play of the span. */
export const accountTotals = Type.Object({
  key: Type.String(),
  accountName: nullableText,
  ...amounts,
})

/** A span and the time zone its days and hours are those of. */
export const zonedQuery = {
  ...spanQuery,
  tz: Type.Optional(
    Type.String({ maxLength: 64, description: 'IANA time zone; `store.time_zone`, else UTC.' }),
  ),
}

/** Totals of one hour. */
export const hourTotals = Type.Object({
  hour: Type.Integer({ description: 'Its beginning, Unix milliseconds.' }),
  ...amounts,
  viewers: Type.Integer(),
})

/** The most plays at once, and when first; `at` is null where nothing played. */
export const peakSchema = Type.Object({ streams: Type.Integer(), at: nullableTime })

/** Query of what ran at moments of a span. */
export const levelQuery = Type.Object({
  ...spanQuery,
  points: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: 500,
      default: 13,
      description: 'Moments that divide the span evenly, its beginning and its end among them.',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 })),
  after: pageQuery.after,
})

/** What ran at one moment. */
export const levelSchema = Type.Object({
  at: Type.Integer({ description: 'Unix milliseconds.' }),
  streams: Type.Integer(),
  accounts: Type.Integer(),
})

/** Totals of one day. */
export const dayTotals = Type.Object({
  day: Type.Integer({ description: 'Its midnight, Unix milliseconds.' }),
  ...amounts,
  viewers: Type.Integer(),
})

/** Plays near one position. */
export const mapPoint = Type.Object({
  latitude: Type.Number(),
  longitude: Type.Number(),
  country: nullableText,
  city: nullableText,
  plays: Type.Number(),
})

/** Plays with their places, in short form. */
export const mapPlaysOut = Type.Object({
  places: Type.Array(
    Type.Object({
      latitude: Type.Number(),
      longitude: Type.Number(),
      accuracyKm: nullableNumber,
      country: nullableText,
      city: nullableText,
    }),
  ),
  accounts: Type.Array(Type.Object({ account: Type.String(), accountName: nullableText })),
  sources: Type.Array(Type.String()),
  groups: Type.Array(Type.String()),
  plays: Type.Array(Type.Array(Type.Integer()), {
    description:
      '[place, account, source, group, isLive, begin, end]: the first four are indices into the lists beside, isLive is 0 or 1, begin and end are Unix seconds, end is 0 for what still runs.',
  }),
  isWhole: Type.Boolean({ description: 'Whether these are all; else the newest of the span.' }),
})

/** Days and recent plays of one account. */
export const userOverview = Type.Object({
  account: Type.String(),
  days: Type.Array(Type.Object({ day: Type.Integer(), ...amounts })),
  recent: Type.Array(playSchema),
})

/** Query of `GET /history/plays`. */
export const playQuery = Type.Object({
  ...pageQuery,
  from: spanQuery.from,
  to: spanQuery.to,
  account: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  network: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  device: Type.Optional(Type.String()),
  box: Type.Optional(
    Type.String({
      pattern: '^-?[0-9.]+(,-?[0-9.]+){3}$',
      maxLength: 80,
      description: 'Degrees: south,west,north,east. Only plays from within.',
    }),
  ),
})

/** Answer of `POST /history/plays`. */
export const playsImported = Type.Object({
  rows: Type.Integer(),
  inserted: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  expired: Type.Integer({ description: 'Older than what is kept.' }),
  bad: Type.Integer(),
  otherAccount: Type.Optional(
    Type.Integer({
      description:
        'Plays told under another account than history had before; the account of the later news stands.',
    }),
  ),
  problems: Type.Array(Type.String(), { description: 'What is wrong with the first bad ones.' }),
})
