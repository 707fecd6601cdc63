import type { Crypto } from '../credentials/crypto.ts'
import type { BanKind } from '../reasons.ts'

/** Characters of lease and ban keys (96 bits as base64url): longer keys would need the next slab size of nginx's shared memory. */
export const KEY_LENGTH = 16

/** The value of a lease in shared memory. */
export interface Lease {
  /** Network key the session plays from, as 32 bits (`networkNumber`). */
  readonly network: number
  /** Seconds until it expires unless used, rounded up to the next of `leaseSteps`. */
  readonly ttlSec: number
  /** Unix seconds of its last refresh. */
  readonly seen: number
}

/** Kinds of bans that hold for several sessions; the key of a session's own ban is its lease key. */
export type WideBanKind = Exclude<BanKind, 'session'>

const shorten = (crypto: Crypto, text: string): string => crypto.sha256(text).slice(0, KEY_LENGTH)

/** Lease key of the session of a pass: a hash of the exact text, so that an altered pass never finds a lease. */
export const leaseKey = (crypto: Crypto, pass: string, channel: string): string =>
  leaseKeyOfPlace(crypto, `${pass}/${channel}`)

/** The same key from `<pass>/<channel>`, as addresses have both. */
export const leaseKeyOfPlace = (crypto: Crypto, place: string): string => shorten(crypto, place)

/** Lease key of a second stream of the same pass from another network. */
export const cloneKey = (crypto: Crypto, pass: string, channel: string, network: string): string =>
  shorten(crypto, `${pass}/${channel}/${network}`)

/** Lease key of an inferred session: its player is not redirected to a pass and plays below the ticket. */
export const inferredKey = (
  crypto: Crypto,
  ticket: string,
  channel: string,
  network: string,
): string => shorten(crypto, `${ticket}/${channel}/${network}`)

/** Key of a ban on an account, network, download or device. */
export const banKey = (crypto: Crypto, kind: WideBanKind, subject: string): string =>
  crypto.sha256(kind + ':' + subject).slice(0, KEY_LENGTH)

/** Subject of a device ban: account, channel and device. */
export const deviceSubject = (account: string, channel: string, device: string): string =>
  `${account}|${channel}|${device}`

/** Parses the subject of a device ban from the right, since an account may contain a bar. Missing parts are empty. */
export const readDeviceSubject = (
  subject: string,
): { readonly account: string; readonly channel: string; readonly device: string } => {
  const parts = subject.split('|')
  const device = parts.pop() ?? ''
  const channel = parts.pop() ?? ''
  return { account: parts.join('|'), channel, device }
}

/** The lifetimes a packed lease can have, in seconds. */
export const leaseSteps: readonly number[] = [
  5, 8, 10, 15, 20, 25, 30, 40, 45, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1200, 1800,
  2700, 3600, 5400, 7200, 10800, 14400, 21600, 28800, 36000, 43200,
]

/** Seconds that a packed lease tells apart. */
export const SEEN_SPAN = 65536
/** What a packed lease is divided by for its network. */
export const LEASE_UNIT = 32 * SEEN_SPAN

/** Packs a lease into one number of 53 bits: network 32, index of `leaseSteps` 5, last use 16 (seconds modulo 65,536, which is longer than any lease). */
export const packLease = (lease: Lease): number => {
  let step = 0
  while (step < leaseSteps.length - 1 && (leaseSteps[step] ?? 0) < lease.ttlSec) step += 1
  return ((lease.network >>> 0) * 32 + step) * SEEN_SPAN + (lease.seen % SEEN_SPAN)
}

/** The network of a packed lease, without unpacking the rest. */
export const networkOfLease = (value: number): number => Math.floor(value / LEASE_UNIT)

/** Seconds since a packed lease was last refreshed. */
export const ageOfLease = (value: number, nowSec: number): number => {
  const age = (nowSec - (value % SEEN_SPAN)) % SEEN_SPAN
  return age < 0 ? age + SEEN_SPAN : age
}

/** A packed lease, refreshed now. */
export const renewedLease = (value: number, nowSec: number): number =>
  value - (value % SEEN_SPAN) + (nowSec % SEEN_SPAN)

/** Unpacks a lease; `seen` is the latest second up to `nowSec` with the stored remainder. */
export const unpackLease = (value: number, nowSec: number): Lease => ({
  network: networkOfLease(value),
  ttlSec: leaseSteps[Math.floor(value / SEEN_SPAN) % 32] ?? 60,
  seen: nowSec - ageOfLease(value, nowSec),
})
