import type { Crypto } from '../credentials/crypto.ts'
import type { BanKind } from '../reasons.ts'

/** Characters of lease and ban keys: more would double their memory in nginx. */
export const KEY_LENGTH = 16

/** What a lease remembers besides its key. */
export interface Lease {
  /** 32 bits that stand for the network key that uses it. */
  readonly network: number
  /** Seconds it lives without use, rounded up to the next step of `leaseSteps`. */
  readonly ttlSec: number
  /** Unix seconds of its last refresh. */
  readonly seen: number
}

/** What a ban that spans sessions may name; the key of a session's own ban is its lease key. */
export type WideBanKind = Exclude<BanKind, 'session'>

const shorten = (crypto: Crypto, text: string): string => crypto.sha256(text).slice(0, KEY_LENGTH)

/** Key of the session a pass stands for, from the exact text presented: a changed pass can never hit. */
export const leaseKey = (crypto: Crypto, pass: string, channel: string): string =>
  crypto.sha256(pass + '/' + channel).slice(0, KEY_LENGTH)

/** Key of a second stream by the same pass, from another network. */
export const cloneKey = (crypto: Crypto, pass: string, channel: string, network: string): string =>
  shorten(crypto, `${pass}/${channel}/${network}`)

/** Key of a session of a player that cannot follow a 302: it lives in the ticket's own path. */
export const inferredKey = (
  crypto: Crypto,
  ticket: string,
  channel: string,
  network: string,
): string => shorten(crypto, `${ticket}/${channel}/${network}`)

/** Key of a ban on something that spans sessions. */
export const banKey = (crypto: Crypto, kind: WideBanKind, subject: string): string =>
  crypto.sha256(kind + ':' + subject).slice(0, KEY_LENGTH)

/** What a device ban names. */
export const deviceSubject = (account: string, channel: string, device: string): string =>
  `${account}|${channel}|${device}`

/** The parts of what a device ban names, read from the right: an account may contain a bar. Missing parts are empty. */
export const readDeviceSubject = (
  subject: string,
): { readonly account: string; readonly channel: string; readonly device: string } => {
  const parts = subject.split('|')
  const device = parts.pop() ?? ''
  const channel = parts.pop() ?? ''
  return { account: parts.join('|'), channel, device }
}

/** The lease times a packed lease can hold, in seconds. */
export const leaseSteps: readonly number[] = [
  5, 8, 10, 15, 20, 25, 30, 40, 45, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1200, 1800,
  2700, 3600, 5400, 7200, 10800, 14400, 21600, 28800, 36000, 43200,
]

const SEEN_SPAN = 65536

/** One number of 53 bits: network 32, step 5, last use 16 (seconds modulo 18 hours, longer than any lease). */
export const packLease = (lease: Lease): number => {
  const found = leaseSteps.findIndex((step) => step >= lease.ttlSec)
  const step = found < 0 ? leaseSteps.length - 1 : found
  return ((lease.network >>> 0) * 32 + step) * SEEN_SPAN + (lease.seen % SEEN_SPAN)
}

/** The network number inside a packed lease. */
export const networkOfLease = (value: number): number => Math.floor(value / (32 * SEEN_SPAN))

/** Seconds since a packed lease was refreshed. */
export const ageOfLease = (value: number, nowSec: number): number => {
  const age = (nowSec - (value % SEEN_SPAN)) % SEEN_SPAN
  return age < 0 ? age + SEEN_SPAN : age
}

/** Reads a packed lease; `seen` is the latest second at or before `nowSec` that fits. */
export const unpackLease = (value: number, nowSec: number): Lease => ({
  network: networkOfLease(value),
  ttlSec: leaseSteps[Math.floor(value / SEEN_SPAN) % 32] ?? 60,
  seen: nowSec - ageOfLease(value, nowSec),
})
