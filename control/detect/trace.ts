import { coordinatesOf } from '#domain/geo'
import type { Coordinates, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from './device-class.ts'
import { isLoopback } from './guards.ts'
import { isHosting, poolOf } from './network-class.ts'
import { watchedUntil } from './watched.ts'

const DAY_MS = 86_400_000

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

const lineOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : play.network
}

/** Works out traces of plays that are already normalised. */
export const tracesOf = (plays: readonly PlayRecord[]): Trace[] =>
  plays.map((play) => {
    const line = lineOf(play)
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
