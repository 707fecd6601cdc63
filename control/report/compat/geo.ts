import type { GroupedPlace } from '../../sources/model/grouped-history.ts'
import type { PlaceBook } from '../common/place-book.ts'
import { isTruthy, printed } from '../common/python-text.ts'
import { isPrivate } from './analysis/row.ts'

const LAN: GroupedPlace = { city: 'LAN', region: '', country: '' }

/** Places of addresses; private ones are not looked up. */
export const placesOf = async (
  book: PlaceBook<GroupedPlace>,
  addresses: Iterable<string>,
): Promise<Map<string, GroupedPlace>> => {
  const all = [...addresses]
  const found = await book.find(all.filter((address) => !isPrivate(address)))
  const placeOf = (address: string) => (isPrivate(address) ? LAN : found.get(address)) ?? {}
  return new Map(all.map((address) => [address, placeOf(address)]))
}

/** "city, region, country" with the known parts. */
export const placeLabel = (geo: GroupedPlace): string => {
  const parts = [geo.city, geo.region, geo.country].filter(isTruthy)
  return parts.map(printed).join(', ') || 'Unknown'
}

/** An address, with its place in brackets where places were looked up. */
export const labelled = (
  address: string,
  places: ReadonlyMap<string, GroupedPlace> | null,
): string => {
  const geo = places?.get(address)
  return geo ? `${address} (${placeLabel(geo)})` : address
}
