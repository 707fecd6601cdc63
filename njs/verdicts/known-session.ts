import type { Folder } from '../domain/addresses/own-arguments.ts'
import { KEY_LENGTH, LEASE_UNIT, leaseKeyOfPlace } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import type { Request } from '../platform/request.ts'
import { SAFE_MS, safeUntil } from '../state/lately/safe-headers.ts'
import { numbers } from '../state/memory.ts'
import { networkOf } from '../state/session.ts'
import { findFolder, folders } from './origin.ts'

/** The folder of a channel, and the answer that `$gh_segment` gives of what lies there. */
export interface Place extends Folder {
  /** The generation of `folders` it is of. */
  readonly generation: number
  /**
   * `<lease key><0 or 1> <origin> <path of the folder>`; 1 where the origin's headers need not be looked at. In bytes: of a text, njs first finds out that it is none, by an
   * exception.
   */
  readonly answer: Uint8Array
  /** The lease key in it, as two numbers of eight bytes. */
  readonly head: Float64Array
  /** Until when the 0 or 1 holds, Unix ms. */
  lookAt: number
}

/**
 * Sessions as they are played from one address: where each stands in the columns below, by `$gh_seat`. Most requests find theirs here without a hash. Columns, since njs
 * looks through all objects of a context for one in 256 requests.
 */
export const seats = new Map<string, number>()
/** Column of lease keys; as in the others, the first is the seat of a session that has no room here. Key and network follow from pass, channel and address alone. */
export const seatKeys: string[] = ['']
/** First halves of lease keys, as `Place.head` takes them. */
export const seatHeads: number[] = [0]
/** Second halves. */
export const seatTails: number[] = [0]
/** The least lease of a session's network; `LEASE_UNIT` above it begin those of the next. */
export const seatLeasts: number[] = [0]
/** The places of the channels played. */
export const seatPlaces: (Place | null)[] = [null]
const seatChannels: string[] = ['']

/** Sessions that each context remembers, some 0.6 kB each; where its worker has room for more, up to so many. */
export const FEW_SEATS = 256
export const MOST_SEATS = 2_048
/** Sessions that the contexts of a worker remember beyond the few of each: 8 MB. */
export const MOST_IN_WORKER = 14_336
const WORKER_TTL_MS = 86_400_000
/** Requests that find none in a full map before it is emptied. Until then it stays: of more sessions than it has room for, some find theirs and the others pay for no place in it. */
export const MOST_MISSED = 4_096
const room = { seats: FEW_SEATS, missed: 0, isLast: false }

/** Counts more seats, or less, for this worker; false where they would be too many. */
const countInWorker = (seatsMore: number): boolean => {
  try {
    const name = `seats${process.pid}`
    const sum = numbers('gh_pace').incr(name, seatsMore, 0, WORKER_TTL_MS)
    if (sum <= MOST_IN_WORKER) return true
    numbers('gh_pace').incr(name, -seatsMore, 0, WORKER_TTL_MS)
    return false
  } catch {
    return false
  }
}

/** Gives back what this context remembers. */
export const forgetSeats = (): void => {
  seats.clear()
  for (const column of [seatKeys, seatHeads, seatTails, seatLeasts, seatPlaces, seatChannels])
    column.length = 1
  if (room.seats > FEW_SEATS) countInWorker(FEW_SEATS - room.seats)
  Object.assign(room, { seats: FEW_SEATS, missed: 0, isLast: false })
}

/** Whether one more session has room. */
const hasRoom = (): boolean => {
  if (seats.size < room.seats) return true
  if (!room.isLast && room.seats < MOST_SEATS && countInWorker(FEW_SEATS)) {
    room.seats += FEW_SEATS
    return true
  }
  room.isLast = true
  room.missed += 1
  if (room.missed < MOST_MISSED) return false
  forgetSeats()
  return true
}

/** A lease key as two numbers. */
const halves = new Float64Array(2)
const letters = Buffer.from(halves.buffer)

/** Makes the seat that `$gh_seat` names, `<pass>/<channel> <address>`; returns where it stands. */
export const makeSeat = (r: Request, name: string): number => {
  const place = name.slice(0, name.lastIndexOf(' '))
  const key = leaseKeyOfPlace(nginxCrypto, place)
  letters.write(key)
  const at = hasRoom() ? seatKeys.length : 0
  // A copy: what QuickJS cuts from a text is kept as a place in that text, and two things would be compared for each request.
  if (at > 0) seats.set(Buffer.from(name).toString(), at)
  seatKeys[at] = key
  seatHeads[at] = halves[0] ?? 0
  seatTails[at] = halves[1] ?? 0
  seatLeasts[at] = networkOf(r) * LEASE_UNIT
  seatPlaces[at] = null
  seatChannels[at] = place.slice(place.lastIndexOf('/') + 1)
  return at
}

/** Places by channel, of one generation. */
const places = new Map<string, Place>()
const MOST_PLACES = 500

const makePlace = (folder: Folder, generation: number): Place => {
  const where = Buffer.from(`0 ${folder.origin} ${folder.base}`)
  const answer = new Uint8Array(KEY_LENGTH + where.length)
  answer.set(where, KEY_LENGTH)
  return { ...folder, generation, answer, head: new Float64Array(answer.buffer, 0, 2), lookAt: 0 }
}

const [NO, YES] = Buffer.from('01')

/** Looks whether an origin's headers need to be looked at. `now`: Unix ms. */
export const lookAtHeaders = (place: Place, now: number): void => {
  const until = safeUntil(place.origin)
  place.answer[KEY_LENGTH] = (until > now ? YES : NO) ?? 0
  place.lookAt = until < 0 ? now + SAFE_MS : until
}

/** Looks where the channel of a seat lies; `null` where it has no folder of its own, or the table is not loaded. `now`: Unix ms. */
export const findPlace = (at: number, now: number): Place | null => {
  const channel = seatChannels[at] ?? ''
  const before = places.get(channel)
  if (now < folders.lookAt && before?.generation === folders.generation)
    return (seatPlaces[at] = before)
  const folder = findFolder(channel, now)
  const { generation } = folders
  if (folder === null) return (seatPlaces[at] = null)
  if (before?.generation === generation) return (seatPlaces[at] = before)
  if (places.size >= MOST_PLACES) places.clear()
  const place = makePlace(folder, generation)
  places.set(channel, place)
  return (seatPlaces[at] = place)
}
