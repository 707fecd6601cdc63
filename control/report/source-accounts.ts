import type { PlayCopy } from '#domain/copy-play'
import { countryWatchedIn } from '#domain/geo'
import { groupBy } from '#domain/group-by'
import type { GeoPlace, PlayRecord } from '#domain/types'
import { isPseudoUserId } from '#domain/viewer/person'
import type { AsnTable } from '../geo/asn-table.ts'
import { defaultGeoFiles } from '../geo/default-files.ts'
import { createGeo } from '../geo/geo.ts'
import { radiusOf } from '../geo/radii.ts'
import type { PlayHistory, SourceUser } from '../sources/model/play-history.ts'
import type { AccountRead, AccountSource } from './common/account-read.ts'
import { createNetworkPlaces, type Placed } from './common/network-places.ts'
import { orderedPool } from './common/ordered-pool.ts'
import { createPlaceBook } from './common/place-book.ts'

/** Which plays to read from a source. */
export interface SourceQuery {
  /** Unix milliseconds. */
  readonly now: number
  readonly days: number
  readonly user: string | null
  readonly asn: AsnTable | null
  readonly atOnce: number
}

const hasPlace = ({ country, latitude }: PlayRecord): boolean =>
  country !== null || latitude !== null

/** Whether a play's address is to be looked up: not on the LAN, and not where the source reports the place. */
const isPlaced = <P extends PlayRecord>(play: P): play is P & Placed =>
  !play.isLan && !hasPlace(play) && play.address !== null && play.network !== null

/** Start of the local day so many days before a moment. */
const midnightBefore = (ms: number, days: number): number => {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime()
}

/** Places of addresses: from the source, else from the bundled geo files. */
interface Places {
  readonly locate: NonNullable<PlayHistory['locate']>
  readonly isOwn: boolean
  close(): void
}

const openPlaces = async ({ locate }: PlayHistory): Promise<Places> => {
  if (locate !== null) return { locate, isOwn: false, close: () => undefined }
  const geo = await createGeo({ files: defaultGeoFiles(), onProblem: () => undefined })
  const close = (): void => geo.stop()
  return { locate: (address) => Promise.resolve(geo.place(address)), isOwn: true, close }
}

type Network = NonNullable<ReturnType<AsnTable>>

/** A table that is asked for each address once. */
const remembered = (asn: AsnTable): ((address: string) => Network | null) => {
  const known = new Map<string, Network | null>()
  return (address) => {
    let network = known.get(address)
    if (network === undefined) known.set(address, (network = asn(address)))
    return network
  }
}

/** Sets the place and network of a play; what is unknown of either stays as the source has it. */
const setPlace = (play: PlayCopy, place: GeoPlace | null, network: Network | null): void => {
  if (network !== null) {
    play.asn = network.asn
    play.asnOrg = network.org
  }
  if (place !== null) {
    play.city = place.city
    play.region = place.region
    play.country = countryWatchedIn(place)
    play.latitude = place.latitude
    play.longitude = place.longitude
  }
  play.accuracyKm = radiusOf(place ?? play, play.asnOrg)
}

const createReader = (history: PlayHistory, places: Places, query: SourceQuery) => {
  const book = createPlaceBook(places.locate, query.atOnce)
  const placesOf = createNetworkPlaces(book)
  const networkOf = query.asn === null ? () => null : remembered(query.asn)
  const since = midnightBefore(query.now, query.days)
  const read = async ({ id }: SourceUser): Promise<PlayRecord[]> => {
    const plays: PlayCopy[] = []
    for await (const page of history.plays({ user: id, since }))
      for (const play of page) plays.push(play)
    const groups = [...groupBy(plays, ({ address }) => address).entries()]
    const found = await placesOf(groups.flatMap(([, here]) => here.find(isPlaced) ?? []))
    for (const [address, here] of groups) {
      const network = address === null ? null : networkOf(address)
      for (const play of here)
        setPlace(play, isPlaced(play) ? (found.get(play.network) ?? null) : null, network)
    }
    return plays
  }
  return { book, read }
}

const isPseudo = ({ id }: SourceUser): boolean => isPseudoUserId(String(id))

async function* readAccounts(
  users: readonly SourceUser[],
  atOnce: number,
  read: (user: SourceUser) => Promise<PlayRecord[]>,
): AsyncGenerator<AccountRead> {
  for await (const { item, outcome } of orderedPool(users, atOnce, read))
    yield {
      user_id: item.id,
      name: item.name,
      isPseudo: isPseudo(item),
      outcome: outcome.ok
        ? { ok: true, plays: outcome.value }
        : { ok: false, error: outcome.error.message },
    }
}

const isNamed = ({ names }: SourceUser, name: string): boolean =>
  names.some((own) => own.toLowerCase() === name.toLowerCase())

/** Reads the accounts of a source: all users, all plays, the place of each network. Throws a `SourceError` where the users cannot be read. */
export const sourceAccounts = async (
  history: PlayHistory,
  query: SourceQuery,
): Promise<AccountSource & { close(): void }> => {
  const all = await history.users()
  const { user } = query
  const users = user === null ? all : all.filter((one) => isNamed(one, user))
  const places = await openPlaces(history)
  const { book, read } = createReader(history, places, query)
  return {
    total: users.filter((one) => !isPseudo(one)).length,
    accounts: readAccounts(users, query.atOnce, read),
    usesOwnGeo: places.isOwn,
    close: () => places.close(),
    warnings() {
      const { asked, failed } = book.tally()
      if (failed === 0) return []
      return [`${failed} of ${asked} address look-ups failed; those places count as unknown`]
    },
  }
}
