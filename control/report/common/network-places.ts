import type { PlaceBook } from './place-book.ts'

/** An address and the network it is on. */
export interface Placed {
  readonly address: string
  readonly network: string
}

/** Finds where networks are: by the first address seen of each, so that a /64 is asked for once. */
export const createNetworkPlaces = <Place>(book: PlaceBook<Place>) => {
  const speakers = new Map<string, string>()
  const speakerOf = ({ address, network }: Placed): string => {
    const known = speakers.get(network) ?? address
    speakers.set(network, known)
    return known
  }
  return async (seen: readonly Placed[]): Promise<Map<string, Place | null>> => {
    const first = new Map<string, Placed>()
    for (const one of seen) if (!first.has(one.network)) first.set(one.network, one)
    const ones = [...first.values()]
    const found = await book.find(ones.map(speakerOf))
    const placeOf = (one: Placed): Place | null => found.get(speakerOf(one)) ?? null
    // Where the first address was unknown to the server, another of the same network may not be.
    const missing = ones.filter((one) => placeOf(one) === null)
    const second = await book.find(missing.map(({ address }) => address))
    return new Map(ones.map((one) => [one.network, second.get(one.address) ?? placeOf(one)]))
  }
}
