import { coordinatesOf } from '#domain/geo'
import type { Coordinates, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from './device-class.ts'
import { isLoopback } from './guards.ts'
import { isHosting as isHostingPlay, poolOf } from './network-class.ts'
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
  /** What ties the play to a place, the firmest first: its line and the pool of addresses it is from; the exits of one VPN are one. */
  readonly glues: readonly string[]
  readonly at: Coordinates | null
}

const lineOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : play.network
}

type Place = Pick<Trace, 'line' | 'pool' | 'isHosting' | 'glues'>

const placeOf = (play: PlayRecord, throughHosting: boolean): Place => {
  const line = lineOf(play)
  if (line === null) return { line, pool: null, isHosting: throughHosting, glues: [] }
  const pool = play.isLan ? line : poolOf(line)
  if (throughHosting) {
    return { line, pool, isHosting: true, glues: [`as ${play.asn ?? play.asnOrg ?? ''}`] }
  }
  return { line, pool, isHosting: false, glues: pool === null ? [line] : [line, `pool ${pool}`] }
}

/** Asks a question once per answer key; plays of one account repeat a handful of them. */
const remember = <P, T>(keyOf: (play: P) => string, ask: (play: P) => T): ((play: P) => T) => {
  const known = new Map<string, T>()
  return (play) => {
    const key = keyOf(play)
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const fresh = ask(play)
    known.set(key, fresh)
    return fresh
  }
}

/** Works out traces of plays that are already normalised. */
export const tracesOf = (plays: readonly PlayRecord[]): Trace[] => {
  const classOf = remember((p: PlayRecord) => `${p.platform}\n${p.client}`, deviceClass)
  const throughHosting = remember((p: PlayRecord) => p.asnOrg ?? '', isHostingPlay)
  const placed = remember(
    (p: PlayRecord) => (p.isLan ? `lan ${p.source} ${p.network}` : `${p.network} ${p.asn}`),
    (p) => placeOf(p, throughHosting(p)),
  )
  return plays.map((play) => {
    const { line, pool, isHosting, glues } = placed(play)
    return {
      play,
      start: play.startedAt,
      end: watchedUntil(play),
      day: Math.floor(play.startedAt / DAY_MS),
      device: play.device ?? `? ${play.network ?? ''} ${play.platform ?? ''} ${play.client ?? ''}`,
      kind: classOf(play),
      line,
      pool,
      isHosting,
      glues,
      at: play.isLan ? null : coordinatesOf(play),
    }
  })
}
