import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { readJson } from '#domain/read-json'

/** The latest time a JavaScript date can hold, Unix ms. */
const LAST_MOMENT = 8.64e15

const text = (maxLength = 256) => Type.String({ maxLength })
const unknown = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Number>>(
  type: T,
) => Type.Optional(Type.Union([type, Type.Null()]))
const amount = () => unknown(Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const moment = () => Type.Number({ minimum: 0, maximum: LAST_MOMENT })

/** What happened to a playback, or to a copy of a playlist. */
export const EVENT_TYPES = [
  'opened',
  'authorized',
  'started',
  'updated',
  'closed',
  'refused',
  'banned',
  'download',
] as const

/** One event as the stream carries it; what is left out is unknown, never zero. */
export const PlayEventSchema = Type.Object({
  type: Type.Enum([...EVENT_TYPES]),
  at: moment(),
  /** The session's id, unique within the source; for `download` the copy's. */
  id: Type.String({ minLength: 1, maxLength: 128 }),
  source: Type.String({ minLength: 1, maxLength: 128 }),
  account: Type.String({ minLength: 1, maxLength: 300 }),
  accountName: unknown(text()),
  group: unknown(text()),
  address: unknown(text(64)),
  network: unknown(text(64)),
  isLan: Type.Optional(Type.Boolean()),
  device: unknown(text()),
  platform: unknown(text()),
  client: unknown(text(512)),
  /** The whole User-Agent. */
  agent: unknown(text(512)),
  /** `X-Playback-Session-Id`. */
  playback: unknown(text(128)),
  /** What was asked for at the door. */
  door: unknown(text(16)),
  channel: unknown(text()),
  title: unknown(text(1024)),
  isLive: Type.Optional(Type.Boolean()),
  proto: unknown(text(16)),
  /** When it began, where the source knows better than the first event of it. */
  startedAt: unknown(moment()),
  /** So far, of the whole session. */
  bytes: amount(),
  /** Really played so far, pauses left out. */
  durationMs: amount(),
  reason: unknown(text(64)),
  download: unknown(text(64)),
  wonBy: unknown(text(16)),
  issuedAt: unknown(moment()),
  country: unknown(text(2)),
  region: unknown(text()),
  city: unknown(text()),
  latitude: unknown(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: unknown(Type.Number({ minimum: -180, maximum: 180 })),
  accuracyKm: amount(),
  asn: amount(),
  asnOrg: unknown(text()),
})

export type PlayEvent = Static<typeof PlayEventSchema>

const validator = Compile(PlayEventSchema)

/** An event as the stream keeps it. */
export const encodeEvent = (event: PlayEvent): string => JSON.stringify(event)

/** The event in an entry, or null when it is junk. */
export function decodeEvent(entry: string | undefined): PlayEvent | null {
  return entry === undefined ? null : readJson(entry, (value) => validator.Check(value))
}
