import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { LooseTiming, PlayRecord } from '#domain/types'
import type { ReadRow } from '../../migrate/plays/play-row.ts'
import { emptyPlay } from '../model/empty-play.ts'
import type { SourceOrigin } from '../model/origin.ts'
import { deliveryOfMethod } from '../model/play-method.ts'
import { textOrNull } from '../model/read-fields.ts'
import { outsideAddress, viewerAddress } from '../model/remote-address.ts'

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]))

/** A row of `jf_playback_activity`: the end of a play, and how many seconds were played up to then. */
const ROW = Type.Object({
  Id: Type.String({ minLength: 1 }),
  UserId: Type.String({ minLength: 1 }),
  UserName: text,
  Client: text,
  DeviceName: text,
  DeviceId: text,
  NowPlayingItemName: text,
  SeriesName: text,
  PlaybackDuration: Type.Union([Type.String(), Type.Number()]),
  ActivityDateInserted: Type.String(),
  RemoteEndPoint: text,
  PlayMethod: text,
  PlayState: Type.Optional(Type.Unknown()),
})

type Row = Static<typeof ROW>

const rows = Compile(ROW)

const TICKS_A_SECOND = 1e7

/** Nobody plays longer than an item lasts in one sitting; players round, and credits are paused. */
const LONGER = 1.1

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined

/** How long the item lasts, in seconds; `null` where the row does not say. */
const runtimeOf = ({ PlayState }: Row): number | null => {
  let state: unknown = PlayState
  if (typeof state === 'string') {
    try {
      state = JSON.parse(state)
    } catch {
      return null
    }
  }
  const ticks = Number(field(state, 'RuntimeTicks') ?? field(state, 'RunTimeTicks') ?? 0)
  return Number.isFinite(ticks) && ticks > 0 ? ticks / TICKS_A_SECOND : null
}

/** Without a zone a time is UTC, as the database keeps it. */
const momentOf = (time: string): number =>
  Date.parse(
    /(z|[+-]\d\d(:?\d\d)?)$/i.test(time.trim()) ? time : `${time.trim().replace(' ', 'T')}Z`,
  )

const timingOf = (row: Row, seconds: number): LooseTiming => {
  if (seconds === 0) return 'moment'
  const runtime = runtimeOf(row)
  return runtime !== null && seconds > LONGER * runtime ? 'sittings' : 'end'
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Jellyfin writes the same id with and without dashes. */
const userOf = (id: string): string => (GUID.test(id) ? id.replaceAll('-', '').toLowerCase() : id)

const titleOf = ({ SeriesName, NowPlayingItemName }: Row): string | null => {
  const parts = [SeriesName, NowPlayingItemName].filter((part) => part)
  return parts.length === 0 ? null : parts.join(' - ')
}

const HOME = { saysLan: false, own: new Set<string>(), isHome: () => false }

const playOf = (row: Row, endedAt: number, seconds: number, origin: SourceOrigin): PlayRecord => ({
  ...emptyPlay,
  ...viewerAddress(outsideAddress(row.RemoteEndPoint), HOME),
  id: row.Id,
  source: origin.source,
  account: origin.accountOf(userOf(row.UserId)),
  accountName: textOrNull(row.UserName),
  device: textOrNull(row.DeviceId),
  platform: textOrNull(row.DeviceName),
  client: textOrNull(row.Client),
  player: textOrNull(row.DeviceName),
  title: titleOf(row),
  delivery: deliveryOfMethod(row.PlayMethod ?? ''),
  startedAt: endedAt - seconds * 1000,
  lastSeenAt: endedAt,
  endedAt,
  playedMs: seconds * 1000,
  timing: timingOf(row, seconds),
})

const problemOf = (value: unknown): string => {
  const [first] = rows.Errors(value)
  return first === undefined ? 'no row' : `${first.instancePath.slice(1)} ${first.message}`.trim()
}

/**
 * Reads a row of Jellystat's activity. It keeps when a play ended, and adds sittings of one item within an hour or more to one row:
 * when it began is counted back, which no overlap is judged by. Never throws.
 */
export const playOfActivity = (value: unknown, origin: SourceOrigin): ReadRow => {
  if (!rows.Check(value)) return { problem: problemOf(value) }
  const endedAt = momentOf(value.ActivityDateInserted)
  const seconds = Number(value.PlaybackDuration)
  if (!Number.isFinite(endedAt) || endedAt <= 0)
    return { problem: `ActivityDateInserted '${value.ActivityDateInserted}' is no time` }
  if (
    value.PlaybackDuration === '' ||
    !Number.isFinite(seconds) ||
    seconds < 0 ||
    seconds * 1000 > endedAt
  )
    return { problem: `PlaybackDuration '${value.PlaybackDuration}' is no length` }
  return { play: playOf(value, endedAt, seconds, origin) }
}
