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

/** Types of events of a play; `download` records a playlist download. */
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

/** An event as it is stored in the stream; missing fields are unknown, never zero. */
export const PlayEventSchema = Type.Object({
  type: Type.Enum([...EVENT_TYPES]),
  at: moment(),
  /** Id of the session, unique within the source; of `download`, the download's id. */
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
  /** The player's own name, as its owner gave it. */
  player: unknown(text()),
  /** The whole User-Agent. */
  agent: unknown(text(512)),
  /** `X-Playback-Session-Id`. */
  playback: unknown(text(128)),
  /** Protocol it was opened by. */
  door: unknown(text(16)),
  channel: unknown(text()),
  title: unknown(text(1024)),
  isLive: Type.Optional(Type.Boolean()),
  isMusic: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  /** How a media server delivers it. */
  delivery: unknown(text(16)),
  proto: unknown(text(16)),
  /** Id of the request that opened it, as the edge's access log and the control plane's log have it. */
  request: unknown(text(64)),
  /** Start, where the source knows it to be before the first event. */
  startedAt: unknown(moment()),
  /** Bytes of the whole session so far. */
  bytes: amount(),
  /** Milliseconds played so far, without pauses. */
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

/** Whether readers take it for an event. */
export const isPlayEvent = (value: unknown): value is PlayEvent => validator.Check(value)

/** The JSON of an event, as the stream stores it. */
export const encodeEvent = (event: PlayEvent): string => JSON.stringify(event)

/** Parses an entry's event; `null` where it is not valid. */
export function decodeEvent(entry: string | undefined): PlayEvent | null {
  return entry === undefined ? null : readJson(entry, isPlayEvent)
}
