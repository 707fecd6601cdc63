import type { Database } from '../../sql/sql.ts'
import { hasPlayed } from '../counting/roll-ups.ts'
import { PLAYS } from '../rows/play-table.ts'
import { playsOfColumns } from '../rows/plays-of-columns.ts'
import type { Span } from './span.ts'

/** A place of plays, to a tenth of a degree. */
export interface MapPlace {
  readonly latitude: number
  readonly longitude: number
  /** Radius around the position within which the viewers are, km; `null` where unknown. */
  readonly accuracyKm: number | null
  readonly country: string | null
  readonly city: string | null
}

/**
 * Plays with a position, in short form: texts stand once, and plays name them by index. `plays` are `[place, account, source, group, isLive,
 * begin, end]` with times in Unix seconds and an `end` of 0 for what still runs.
 */
export interface MapPlays {
  readonly places: MapPlace[]
  readonly accounts: { readonly account: string; readonly accountName: string | null }[]
  readonly sources: string[]
  readonly groups: string[]
  readonly plays: number[][]
  /** Whether these are all; else the newest of the span. */
  readonly isWhole: boolean
}

/** Numbers things in the order in which they are first seen. */
class Numbered<Thing> {
  readonly things: Thing[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(key: string, make: () => Thing): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.things.length)
    return this.things.push(make()) - 1
  }
}

/** A play that began so long before the span is not looked for. */
const LONGEST_MS = 2 * 86_400_000

const QUERY = `select ${PLAYS.select} from plays where started_at >= $1 and started_at < $2 and last_seen_at >= $3
 and latitude is not null and longitude is not null order by started_at desc, id limit $4`

/** The plays that ran within a span and have a position, the newest first, at most `limit`. */
export const mapPlays = async (db: Database, span: Span, limit: number): Promise<MapPlays> => {
  const [from, to] = [Math.trunc(span.from), Math.trunc(span.to)]
  const places = new Numbered<MapPlace>()
  const accounts = new Numbered<MapPlays['accounts'][number]>()
  const sources = new Numbered<string>()
  const groups = new Numbered<string>()
  const plays: number[][] = []
  let read = 0
  for await (const columns of db.batches(QUERY, [from - LONGEST_MS, to, from, limit + 1])) {
    for (const play of playsOfColumns(columns)) {
      read += 1
      if (read > limit || !hasPlayed(play)) continue
      const { account, accountName, country, city, accuracyKm, source, isLive, endedAt } = play
      const group = play.group ?? ''
      const latitude = Number((play.latitude ?? 0).toFixed(1))
      const longitude = Number((play.longitude ?? 0).toFixed(1))
      plays.push([
        places.numberOf(`${latitude}|${longitude}|${city ?? ''}`, () => ({
          latitude,
          longitude,
          accuracyKm,
          country,
          city,
        })),
        accounts.numberOf(account, () => ({ account, accountName })),
        sources.numberOf(source, () => source),
        groups.numberOf(group, () => group),
        isLive ? 1 : 0,
        Math.floor(play.startedAt / 1000),
        endedAt === null ? 0 : Math.ceil(endedAt / 1000),
      ])
    }
  }
  return {
    places: places.things,
    accounts: accounts.things,
    sources: sources.things,
    groups: groups.things,
    plays,
    isWhole: read <= limit,
  }
}
