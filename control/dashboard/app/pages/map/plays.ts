import type { MapPlays } from '../../data/types.ts'

/** What the map shows of the plays it has. Empty texts let everything through. */
export interface PlayFilter {
  /** `live`, `recorded`, or empty. */
  readonly kind: string
  /** Part of an account's name or id. */
  readonly person: string
  readonly group: string
  readonly source: string
  readonly country: string
}

/** Accounts that any of some plays is of. */
export const accountsIn = ({ account }: PlayColumns, data: MapPlays): ReadonlySet<string> =>
  new Set([...new Set(account)].flatMap((at) => data.accounts[at]?.account ?? []))

/** Plays in columns, one row a play. Times are Unix seconds; `end` of what still runs lies beyond every date. */
export interface PlayColumns {
  readonly count: number
  readonly place: Int32Array
  readonly account: Int32Array
  readonly begin: Float64Array
  readonly end: Float64Array
}

const FOREVER = 1e12

/** Indices into the tuples of an answer. */
const [PLACE, ACCOUNT, SOURCE, GROUP, LIVE, BEGIN, END] = [0, 1, 2, 3, 4, 5, 6]

const chosen = (list: readonly string[], wanted: string): number =>
  wanted === '' ? -1 : list.indexOf(wanted)

/** The plays that a filter lets through, all of them or those that run. */
export const filtered = (data: MapPlays, filter: PlayFilter, onlyRunning = false): PlayColumns => {
  const person = filter.person.trim().toLowerCase()
  const isPerson = data.accounts.map(({ account, accountName }) =>
    `${accountName ?? ''} ${account}`.toLowerCase().includes(person),
  )
  const isPlace = data.places.map(
    ({ country }) => filter.country === '' || country === filter.country,
  )
  const source = chosen(data.sources, filter.source)
  const group = chosen(data.groups, filter.group)
  const isLive = filter.kind === 'live' ? 1 : 0
  const found = data.plays.filter(
    (play) =>
      isPerson[play[ACCOUNT] ?? 0] === true &&
      isPlace[play[PLACE] ?? 0] === true &&
      (filter.source === '' || play[SOURCE] === source) &&
      (filter.group === '' || play[GROUP] === group) &&
      (filter.kind === '' || play[LIVE] === isLive) &&
      (!onlyRunning || play[END] === 0),
  )
  const columns = {
    count: found.length,
    place: new Int32Array(found.length),
    account: new Int32Array(found.length),
    begin: new Float64Array(found.length),
    end: new Float64Array(found.length),
  }
  found.forEach((play, at) => {
    columns.place[at] = play[PLACE] ?? 0
    columns.account[at] = play[ACCOUNT] ?? 0
    columns.begin[at] = play[BEGIN] ?? 0
    columns.end[at] = play[END] || FOREVER
  })
  return columns
}

/** How many plays each place has: all of them, or at a moment in Unix seconds those that ran then. */
export const weightsOf = (
  plays: PlayColumns,
  places: number,
  moment: number | null,
): Float64Array => {
  const weights = new Float64Array(places)
  for (let at = 0; at < plays.count; at += 1) {
    const runs =
      moment === null || ((plays.begin[at] ?? 0) <= moment && moment < (plays.end[at] ?? 0))
    const place = plays.place[at] ?? 0
    if (runs) weights[place] = (weights[place] ?? 0) + 1
  }
  return weights
}

/** The places with the most plays, so many at most. */
export const busiestOf = (weights: Float64Array, most: number): number[] => {
  const places = [...weights.keys()].filter((place) => (weights[place] ?? 0) > 0)
  return places.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0)).slice(0, most)
}

/** Places that are kept in the address at most. */
const MOST_KEPT = 500

/** Places as the address keeps them: `52.5,13.4;48.9,2.3`. */
export const textOfPlaces = (data: MapPlays, places: readonly number[]): string =>
  places
    .slice(0, MOST_KEPT)
    .flatMap((at) => data.places[at] ?? [])
    .map(({ latitude, longitude }) => `${latitude},${longitude}`)
    .join(';')

/** The places an address names, of those that are shown. */
export const placesOfText = (data: MapPlays, text: string): ReadonlySet<number> => {
  const wanted = new Set(text.split(';', MOST_KEPT))
  const found = new Set<number>()
  if (text === '') return found
  data.places.forEach(({ latitude, longitude }, at) => {
    if (wanted.has(`${latitude},${longitude}`)) found.add(at)
  })
  return found
}

/** One account at some places: its plays and the seconds they took. */
export interface Visitor {
  readonly account: number
  readonly plays: number
  readonly seconds: number
  readonly isPlaying: boolean
}

/** Who played at some places, the most seconds first; `now` in Unix seconds ends what still runs. */
export const visitorsOf = (
  plays: PlayColumns,
  places: ReadonlySet<number>,
  now: number,
): Visitor[] => {
  const found = new Map<number, Visitor>()
  for (let at = 0; at < plays.count; at += 1) {
    if (!places.has(plays.place[at] ?? 0)) continue
    const account = plays.account[at] ?? 0
    const end = plays.end[at] ?? 0
    const before = found.get(account)
    found.set(account, {
      account,
      plays: (before?.plays ?? 0) + 1,
      seconds: (before?.seconds ?? 0) + Math.max(0, Math.min(end, now) - (plays.begin[at] ?? 0)),
      isPlaying: before?.isPlaying === true || end === FOREVER,
    })
  }
  return [...found.values()].sort((a, b) => b.seconds - a.seconds || a.account - b.account)
}
