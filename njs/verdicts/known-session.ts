import { LEASE_UNIT, leaseKeyOfPlace } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import type { Request } from '../platform/request.ts'
import { networkOf } from '../state/session.ts'
import { type Folder, findFolder, folders } from './origin.ts'

/** A session as it is played from one address. Key and network follow from pass, channel and address alone. */
export interface Seat {
  readonly channel: string
  /** Lease key. */
  readonly key: string
  readonly network: number
  /** The least lease of this network; `LEASE_UNIT` above it begin those of the next. */
  readonly least: number
  /** The channel's folder, as of this generation of `folders`. */
  folder: Folder | null
  generation: number
  /** `<key> <origin> <folder's path>`, what `$gh_segment` says of a segment in that folder; bytes, since of a text njs first finds out that it is none, by an exception. */
  admitted: Uint8Array
}

/** Seats of this context by `$gh_seat`: most requests find theirs here without a hash. */
export const seats = new Map<string, Seat>()
/** Each takes some 0.4 kB. */
export const MOST_SEATS = 256
/** Requests that find none in a full map before it is emptied. Until then it stays: of more sessions than it has room for, some find theirs and the others pay for no place in it. */
export const MOST_MISSED = 4_096
const full = { missed: 0 }

const NOTHING = new Uint8Array(0)

/** Makes the seat that `$gh_seat` names, `<pass>/<channel> <address>`. */
export const makeSeat = (r: Request, name: string): Seat => {
  const place = name.slice(0, name.lastIndexOf(' '))
  const channel = place.slice(place.lastIndexOf('/') + 1)
  const key = leaseKeyOfPlace(nginxCrypto, place)
  const network = networkOf(r)
  const least = network * LEASE_UNIT
  const seat = { channel, key, network, least, folder: null, generation: -1, admitted: NOTHING }
  if (seats.size >= MOST_SEATS) {
    full.missed += 1
    if (full.missed < MOST_MISSED) return seat
    seats.clear()
    full.missed = 0
  }
  seats.set(name, seat)
  return seat
}

/** Looks where the seat's channel lies. `now`: Unix ms. */
export const refreshFolder = (seat: Seat, now: number): void => {
  const folder = findFolder(seat.channel, now)
  if (folder !== null && seat.folder !== null && seat.generation === folders.generation) return
  seat.folder = folder
  seat.generation = folders.generation
  seat.admitted =
    folder === null ? NOTHING : Buffer.from(`${seat.key} ${folder.origin} ${folder.base}`)
}
