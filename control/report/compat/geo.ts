import type { TautulliGeo } from '../../sources/tautulli/rows.ts'
import type { PlaceBook } from '../common/place-book.ts'
import { isTruthy, printed } from '../common/python-text.ts'
import { isPrivate } from './analysis/row.ts'

const LAN: TautulliGeo = { city: 'LAN', region: '', country: '' }

/** Places of the addresses; private ones are never asked for. */
export const placesOf = async (
  book: PlaceBook,
  addresses: Iterable<string>,
): Promise<Map<string, TautulliGeo>> => {
  const all = [...addresses]
  const found = await book.find(all.filter((address) => !isPrivate(address)))
  for (const address of all) if (isPrivate(address)) found.set(address, LAN)
  return found
}

/** "city, region, country" of what is known. */
export const placeLabel = (geo: TautulliGeo): string => {
  const parts = [geo.city, geo.region, geo.country].filter(isTruthy)
  return parts.map(printed).join(', ') || 'Unknown'
}

/** An address with its place in brackets where places were looked up. */
export const labelled = (
  address: string,
  places: ReadonlyMap<string, TautulliGeo> | null,
): string => {
  const geo = places?.get(address)
  return geo ? `${address} (${placeLabel(geo)})` : address
}
