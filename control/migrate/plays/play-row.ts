import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  type Address,
  formatAddress,
  isLan,
  keyOfAddress,
  parseAddress,
} from '#domain/networks/network'
import type { PlayRecord } from '#domain/types'
import { deliveryOf } from '#domain/viewer/delivery'

/** The last moment a JavaScript date can name. */
const LAST_MOMENT = 8.64e15

const maybe = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Number>>(
  type: T,
) => Type.Optional(Type.Union([type, Type.Null()]))
const text = (maxLength = 1024) => maybe(Type.String({ maxLength }))
const amount = () => maybe(Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const moment = () => Type.Number({ minimum: 0, maximum: LAST_MOMENT })

/** A play as an exported history holds it; what a row leaves out is unknown. Times in Unix milliseconds. */
export const PLAY_ROW = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  source: Type.String({ minLength: 1, maxLength: 128 }),
  account: Type.String({ minLength: 1, maxLength: 300 }),
  startedAt: moment(),
  lastSeenAt: maybe(moment()),
  endedAt: maybe(moment()),
  playedMs: amount(),
  bytes: amount(),
  accountName: text(),
  group: text(),
  address: text(64),
  network: text(64),
  isLan: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  asn: amount(),
  asnOrg: text(),
  device: text(),
  platform: text(),
  client: text(),
  player: text(),
  agent: text(2048),
  download: text(64),
  playback: text(128),
  door: text(32),
  timing: Type.Optional(
    Type.Union([
      Type.Literal('end'),
      Type.Literal('sittings'),
      Type.Literal('moment'),
      Type.Null(),
    ]),
  ),
  proto: text(32),
  channel: text(),
  title: text(),
  isLive: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  isMusic: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  delivery: text(16),
  reason: text(64),
  country: text(2),
  region: text(),
  city: text(),
  latitude: maybe(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: maybe(Type.Number({ minimum: -180, maximum: 180 })),
  accuracyKm: amount(),
})

type PlayRow = Static<typeof PLAY_ROW>

/** A row that was read, or what is wrong with it in words. */
export type ReadRow = { readonly play: PlayRecord } | { readonly problem: string }

const validator = Compile(PLAY_ROW)

const NETWORK_KEY = { v6Prefix: 64 }

/** A field as it is kept: a blank text says as little as none. */
const known = <T>(value: T | null | undefined): T | null =>
  typeof value === 'string' && value.trim() === '' ? null : (value ?? null)

const timesOf = (row: PlayRow): Pick<PlayRecord, 'startedAt' | 'lastSeenAt' | 'endedAt'> => {
  const endedAt = known(row.endedAt)
  const seen = row.lastSeenAt ?? endedAt ?? row.startedAt + (row.playedMs ?? 0)
  return { startedAt: row.startedAt, lastSeenAt: Math.max(seen, row.startedAt), endedAt }
}

const placeOf = (row: PlayRow) => ({
  country: known(row.country)?.toUpperCase() ?? null,
  region: known(row.region),
  city: known(row.city),
  latitude: known(row.latitude),
  longitude: known(row.longitude),
  accuracyKm: known(row.accuracyKm),
  asn: known(row.asn),
  asnOrg: known(row.asnOrg),
})

/** An edge's row written before whole agents had a field of their own holds the agent as its client. */
const playerOf = (row: PlayRow) => ({
  device: known(row.device),
  platform: known(row.platform),
  client: known(row.client),
  player: known(row.player),
  agent: known(row.agent) ?? (row.source.startsWith('edge:') ? known(row.client) : null),
  download: known(row.download),
  playback: known(row.playback),
  door: known(row.door) ?? known(row.proto),
})

const recordOf = (row: PlayRow, address: Address | null): PlayRecord => ({
  id: row.id,
  source: row.source,
  account: row.account,
  accountName: known(row.accountName),
  group: known(row.group),
  address: address === null ? null : formatAddress(address),
  network: known(row.network) ?? (address === null ? null : keyOfAddress(address, NETWORK_KEY)),
  isLan: row.isLan ?? (address !== null && isLan(address)),
  ...placeOf(row),
  ...playerOf(row),
  channel: known(row.channel),
  title: known(row.title),
  isLive: row.isLive ?? false,
  isMusic: known(row.isMusic),
  delivery: deliveryOf(row.delivery),
  ...timesOf(row),
  timing: known(row.timing),
  playedMs: known(row.playedMs),
  bytes: known(row.bytes),
  reason: known(row.reason),
})

// Nothing was played over the internet before; such times are seconds, or in no unit known.
const FIRST_PLAYED = Date.UTC(1995, 0, 1)
const LAST_PLAYED = Date.UTC(2100, 0, 1)

const unlikelyTime = (row: PlayRow): string | null => {
  const name = (['startedAt', 'lastSeenAt', 'endedAt'] as const).find((field) => {
    const at = row[field] ?? FIRST_PLAYED
    return at < FIRST_PLAYED || at >= LAST_PLAYED
  })
  if (name === undefined) return null
  const year = new Date(row[name] ?? 0).getUTCFullYear()
  return `${name} lies in the year ${year}: times are Unix milliseconds`
}

const problemOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return 'no JSON object'
  const [first] = validator.Errors(value)
  if (first === undefined) return 'no play'
  const field = first.instancePath.slice(1)
  return field === '' ? first.message : `${field} ${first.message}`
}

/** Reads one row of an exported history; never throws. */
export const readPlayRow = (value: unknown): ReadRow => {
  if (!validator.Check(value)) return { problem: problemOf(value) }
  const address = value.address ? parseAddress(value.address.trim()) : null
  if (value.address && address === null) return { problem: `address '${value.address}' is none` }
  if (value.endedAt !== null && value.endedAt !== undefined && value.endedAt < value.startedAt)
    return { problem: 'endedAt lies before startedAt' }
  const problem = unlikelyTime(value)
  return problem === null ? { play: recordOf(value, address) } : { problem }
}
