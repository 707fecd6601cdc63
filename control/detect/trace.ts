import { coordinatesOf } from '#domain/geo'
import type { Coordinates, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from './device-class.ts'
import { isHosting, poolOf } from './network-class.ts'
import { endOf } from './normalise.ts'

const DAY_MS = 86_400_000

// Nobody is taken to watch longer than this in one go: who sleeps in front of a set is in one place only once.
const WATCHED_AT_MOST_MS = 4 * 3_600_000

/** A play with everything household evidence asks of it worked out once. */
export interface Trace {
  readonly play: PlayRecord
  readonly start: number
  /** End of the part that was really watched. */
  readonly end: number
  readonly day: number
  readonly device: string
  readonly kind: DeviceClass
  /** Line the play came over: the network key, `lan` at the server's own home, `null` if unknown. */
  readonly line: string | null
  readonly pool: string | null
  readonly isHosting: boolean
  readonly at: Coordinates | null
}

const watchedUntil = (play: PlayRecord): number => {
  const played = play.playedMs === null ? Number.POSITIVE_INFINITY : Math.max(0, play.playedMs)
  const length = Math.min(endOf(play) - play.startedAt, played, WATCHED_AT_MOST_MS)
  return play.startedAt + Math.max(0, length)
}

// A relayed stream shows the server's own loopback: it says nothing about where the viewer is.
const LOOPBACK = /^(127\.|::1|0:0:0:0)/

const lineOf = (play: PlayRecord, homeNetworks: ReadonlySet<string>): string | null => {
  if (play.network === null || LOOPBACK.test(play.network)) return null
  if (play.isLan) return `lan ${play.source}`
  if (homeNetworks.has(play.network)) return `lan ${play.source}`
  return play.network
}

/** Works out traces of plays that are already normalised. */
export const tracesOf = (
  plays: readonly PlayRecord[],
  homeNetworks: ReadonlySet<string> = new Set(),
): Trace[] =>
  plays.map((play) => {
    const line = lineOf(play, homeNetworks)
    return {
      play,
      start: play.startedAt,
      end: watchedUntil(play),
      day: Math.floor(play.startedAt / DAY_MS),
      device: play.device ?? `? ${play.network ?? ''} ${play.platform ?? ''} ${play.client ?? ''}`,
      kind: deviceClass(play),
      line,
      pool: line === play.network ? poolOf(line) : line,
      isHosting: isHosting(play),
      at: play.isLan ? null : coordinatesOf(play),
    }
  })
