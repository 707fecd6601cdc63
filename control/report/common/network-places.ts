import type { TautulliGeo } from '../../sources/tautulli/rows.ts'
import type { PlaceBook } from './place-book.ts'

/** An address and the network it is on. */
export interface Placed {
  readonly address: string
  readonly network: string
}

/** Finds where networks are: by the first address seen of each, so that a /64 is asked for once. */
export const createNetworkPlaces = (book: PlaceBook) => {
  const speakers = new Map<string, string>()
  const speakerOf = ({ address, network }: Placed): string => {
    const known = speakers.get(network) ?? address
    speakers.set(network, known)
    return known
  }
  return async (seen: readonly Placed[]): Promise<Map<string, TautulliGeo>> => {
    const first = new Map<string, Placed>()
    for (const one of seen) if (!first.has(one.network)) first.set(one.network, one)
    const ones = [...first.values()]
    const found = await book.find(ones.map(speakerOf))
    const geoOf = (one: Placed): TautulliGeo => found.get(speakerOf(one)) ?? {}
    // Where the first address was unknown to the server, another of the same network may not be.
    const missing = ones.filter((one) => Object.keys(geoOf(one)).length === 0)
    const second = await book.find(missing.map(({ address }) => address))
    return new Map(ones.map((one) => [one.network, second.get(one.address) ?? geoOf(one)]))
  }
}
