import { sleep } from '../../platform/fetch-origin.ts'
import { numbers, trySet } from '../memory.ts'
import { prolongFlight } from './flights.ts'

/** Too many long manifests are being rewritten: it is asked for again later. */
export class Busy extends Error {}

/** How long one waits for those before it: with what it takes to fetch and to rewrite it, less than nginx waits for the answer. */
const MOST_WAIT_MS = 40_000
/** Who has not told so long that he is at work is gone: longer than any one step takes. */
const HELD_MS = 10_000
const RENEW_MS = 1_000

/** Who has waited long looks more often than who has just come. */
const pauseMs = (waitedMs: number): number => Math.max(4, 60 - waitedMs / 150)

/** Places of each worker: while one pauses, another goes on. */
const PLACES = 2

const ANY = 'work'
const placeName = (place: number): string => `${ANY} ${ngx.worker_id} ${place}`

/** Of this context, which serves one request: the copy that others leave it to go for, its place, and when it last told that it is at work; 0 = it is not. */
const own = { copy: '', place: 0, toldAt: 0 }

/** Others leave a copy to this request, for as long as it takes. */
export const goFor = (copy: string): void => {
  own.copy = copy
}

/** Longer than one waits for a place, and is at work in it. */
const FLIGHT_MS = 60_000

const tell = (now: number): void => {
  const dict = numbers('gh_flights')
  trySet(dict, placeName(own.place), 1, HELD_MS)
  trySet(dict, ANY, 1, HELD_MS)
  own.toldAt = now
}

const takePlace = (): boolean => {
  for (let place = 0; place < PLACES; place += 1) {
    own.place = place
    try {
      if (numbers('gh_flights').add(placeName(place), 1, HELD_MS)) return true
    } catch {
      return true
    }
  }
  return false
}

/**
 * Called between the steps of what takes long: each worker does few at a time, so that the first are done soon, and others wait for a step or two. Throws
 * `Busy` where others take too long.
 */
export const waitForPlace = async (): Promise<void> => {
  const began = Date.now()
  if (own.toldAt > 0) {
    if (began - own.toldAt > RENEW_MS) tell(began)
    return
  }
  if (own.copy !== '') prolongFlight(own.copy, FLIGHT_MS)
  while (!takePlace()) {
    const waited = Date.now() - began
    if (waited > MOST_WAIT_MS) throw new Busy('too many long manifests')
    await sleep(pauseMs(waited))
  }
  tell(Date.now())
}

/** The request has done what took long. */
export const leavePlace = (): void => {
  own.copy = ''
  if (own.toldAt === 0) return
  own.toldAt = 0
  numbers('gh_flights').delete(placeName(own.place))
}

/** Whether some long manifest is being rewritten. */
export const isAnyAtWork = (): boolean => numbers('gh_flights').has(ANY)
