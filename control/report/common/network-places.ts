import type { PlaceBook } from './place-book.ts'

/** An address and the network it is on. */
export interface Placed {
  readonly address: string
  readonly network: string
}

/** Looks up the place of a network by its first address, so that each /64 is looked up once. */
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
    // Where the place of the first address is unknown, others of the network are tried.
    const missing = ones.filter((one) => placeOf(one) === null)
    if (missing.length === 0) return new Map(ones.map((one) => [one.network, placeOf(one)]))
    const second = await book.find(missing.map(({ address }) => address))
    return new Map(ones.map((one) => [one.network, second.get(one.address) ?? placeOf(one)]))
  }
}
