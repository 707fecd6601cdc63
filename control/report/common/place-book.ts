import pLimit from 'p-limit'
import { isPassing, SourceError } from '../../sources/model/source-error.ts'

/** A cache of places that looks up each address once, with bounded concurrency. */
export interface PlaceBook<Place> {
  /** Places of these addresses; `null` where unknown, or where the look-up failed. */
  find(addresses: Iterable<string>): Promise<Map<string, Place | null>>
  /** Number of look-ups, and of those that failed at the server. */
  tally(): { readonly asked: number; readonly failed: number }
}

const isServersFault = (error: unknown): boolean =>
  !(error instanceof SourceError) || isPassing(error.failure)

/** Creates a cache that calls `lookUp` at most once for each address. */
export const createPlaceBook = <Place>(
  lookUp: (address: string) => Promise<Place | null>,
  atOnce = 8,
): PlaceBook<Place> => {
  const known = new Map<string, Promise<Place | null>>()
  const limit = pLimit(atOnce)
  let failed = 0
  const ask = (address: string): Promise<Place | null> => {
    const before = known.get(address)
    if (before) return before
    const asked = limit(() => lookUp(address)).catch((error: unknown) => {
      if (isServersFault(error)) failed += 1
      return null
    })
    known.set(address, asked)
    return asked
  }
  return {
    tally: () => ({ asked: known.size, failed }),
    async find(addresses) {
      const pairs = [...addresses].map(async (address) => [address, await ask(address)] as const)
      return new Map(await Promise.all(pairs))
    },
  }
}
