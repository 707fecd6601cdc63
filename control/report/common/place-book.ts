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

/** Somebody who waits for some addresses. */
interface Waiting {
  missing: number
  readonly go: () => void
}

/** Creates a cache that calls `lookUp` at most once for each address, in the order in which they are asked for. */
export const createPlaceBook = <Place>(
  lookUp: (address: string) => Promise<Place | null>,
  atOnce = 8,
): PlaceBook<Place> => {
  const known = new Map<string, Place | null>()
  /** Addresses that are looked up or will be, the oldest first, and who waits for each. */
  const asked = new Map<string, Waiting[]>()
  const queue: string[] = []
  let [next, running, failed] = [0, 0, 0]
  const ask = async (address: string): Promise<void> => {
    let place: Place | null = null
    try {
      place = await lookUp(address)
    } catch (error) {
      if (isServersFault(error)) failed += 1
    }
    known.set(address, place)
    for (const one of asked.get(address) ?? []) {
      one.missing -= 1
      if (one.missing === 0) one.go()
    }
    asked.delete(address)
  }
  /** Looks up what is asked for until nothing is. */
  const run = async (): Promise<void> => {
    running += 1
    for (let address = queue[next]; address !== undefined; address = queue[next]) {
      next += 1
      await ask(address)
    }
    running -= 1
    if (running > 0) return
    queue.length = 0
    next = 0
  }
  const wait = async (addresses: ReadonlySet<string>): Promise<void> => {
    await new Promise<void>((go) => {
      const one = { missing: addresses.size, go }
      for (const address of addresses) {
        const others = asked.get(address)
        if (others !== undefined) others.push(one)
        else {
          asked.set(address, [one])
          queue.push(address)
        }
      }
      for (let free = atOnce - running; free > 0; free -= 1) void run()
    })
  }
  return {
    tally: () => ({ asked: known.size + asked.size, failed }),
    async find(addresses) {
      const all = [...addresses]
      const missing = new Set(all.filter((address) => !known.has(address)))
      if (missing.size > 0) await wait(missing)
      return new Map(all.map((address) => [address, known.get(address) ?? null]))
    },
  }
}
