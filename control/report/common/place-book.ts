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
  const known = new Map<string, Place | null>()
  const asked = new Map<string, Promise<void>>()
  const limit = pLimit(atOnce)
  let failed = 0
  const ask = async (address: string): Promise<void> => {
    let place: Place | null = null
    try {
      place = await lookUp(address)
    } catch (error) {
      if (isServersFault(error)) failed += 1
    }
    known.set(address, place)
    asked.delete(address)
  }
  return {
    tally: () => ({ asked: known.size + asked.size, failed }),
    async find(addresses) {
      const all = [...addresses]
      const answers: Promise<void>[] = []
      for (const address of all) {
        if (known.has(address)) continue
        let answer = asked.get(address)
        if (answer === undefined) asked.set(address, (answer = limit(ask, address)))
        answers.push(answer)
      }
      if (answers.length > 0) await Promise.all(answers)
      return new Map(all.map((address) => [address, known.get(address) ?? null]))
    },
  }
}
