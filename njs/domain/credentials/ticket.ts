import type { ReasonId } from '../reasons.ts'
import type { AccountRef, GroupWonBy } from '../types.ts'
import { ByteReader } from './binary.ts'
import { type Crypto, isSameMac, MAC_LENGTH, type SecretOf } from './crypto.ts'
import { encodeBase64url, encodeUtf8 } from './encoding.ts'
import { readSealed, type Sealed } from './sealed.ts'

/** The content of a ticket, which stands in the URLs of a playlist: download, account, group and expiry. */
export interface Ticket {
  readonly kid: number
  readonly wonBy: GroupWonBy
  /** Unix seconds. */
  readonly issued: number
  /** Unix seconds. */
  readonly expires: number
  /** 16 base64url characters. */
  readonly download: string
  readonly group: string
  readonly account: AccountRef
}

/** Result of verifying a ticket. `ticket` is there whenever the signature is valid, so that an expired one can be logged. */
export type TicketVerdict =
  | { readonly ok: true; readonly ticket: Ticket }
  | { readonly ok: false; readonly reason: ReasonId; readonly ticket: Ticket | null }

/** Shortest and longest ticket in characters. */
export const TICKET_LENGTH = { min: 48, max: 1400 } as const

/** Tolerated difference between the clocks of two machines, in seconds. */
export const CLOCK_SKEW_SEC = 60

const VERSION = 1
/** Bytes besides group, account and signature. */
const FIXED_LENGTH = 26
const LABEL = encodeUtf8('gatehouse ticket\0')
/** Where the body begins behind it. */
const BODY = LABEL.length
const WON_BY: readonly GroupWonBy[] = ['network', 'country', 'account', 'default']

/** The MAC's first 16 bytes; `labelled`: the label, which is not sent, and the body. */
const sign = (crypto: Crypto, secret: Uint8Array, ...labelled: readonly Uint8Array[]): Uint8Array =>
  crypto.hmac(secret, ...labelled).subarray(0, MAC_LENGTH)

/** Signs a ticket and returns its text. Throws `RangeError` where a field is too long or not as many bytes as it should be. */
export const mintTicket = (crypto: Crypto, secret: Uint8Array, ticket: Ticket): string => {
  const { group, account, download } = ticket
  // A character is three bytes at most; to count them first costs more in njs than all else here.
  const whole = Buffer.alloc(BODY + FIXED_LENGTH + 3 * (group.length + account.length) + MAC_LENGTH)
  const groupLength = whole.write(group, BODY + 24, 'utf8')
  const accountAt = BODY + 26 + groupLength
  const accountLength = whole.write(account, accountAt, 'utf8')
  if (groupLength > 255 || accountLength > 700) throw new RangeError('ticket: text too long')
  if (!/^[A-Za-z0-9_-]{16}$/.test(download))
    throw new RangeError('ticket: download is not 12 bytes')
  whole.set(LABEL)
  whole[BODY] = VERSION
  whole[BODY + 1] = ticket.kid
  whole[BODY + 2] = WON_BY.indexOf(ticket.wonBy) + 1
  whole.writeUInt32BE(ticket.issued >>> 0, BODY + 3)
  whole.writeUInt32BE(ticket.expires >>> 0, BODY + 7)
  whole.write(download, BODY + 11, 'base64url')
  whole[BODY + 23] = groupLength
  whole.writeUInt16BE(accountLength, accountAt - 2)
  const end = accountAt + accountLength
  whole.set(sign(crypto, secret, whole.subarray(0, end)), end)
  return whole.toString('base64url', BODY, end + MAC_LENGTH)
}

interface SealedTicket extends Sealed {
  readonly ticket: Ticket
}

const parse = (text: string): SealedTicket | null => {
  const sealed = readSealed(text, TICKET_LENGTH)
  if (sealed === null) return null
  const read = new ByteReader(sealed.body)
  const version = read.byte()
  const kid = read.byte()
  const wonBy = WON_BY[read.byte() - 1]
  const issued = read.word()
  const expires = read.word()
  const download = encodeBase64url(read.bytes(12))
  const group = read.text(read.byte())
  const account = read.text(read.short())
  if (version !== VERSION || wonBy === undefined || !read.isDone()) return null
  const ticket = { kid, wonBy, issued, expires, download, group, account }
  return { ticket, ...sealed }
}

/** Parses a ticket without checking its signature; `null` where the text is not a ticket. */
export const readTicket = (text: string): Ticket | null => parse(text)?.ticket ?? null

/** Verifies form, signature and validity period, with `CLOCK_SKEW_SEC` of tolerance. */
export const verifyTicket = (
  crypto: Crypto,
  secretOf: SecretOf,
  text: string,
  nowSec: number,
): TicketVerdict => {
  const parts = parse(text)
  if (parts === null) return { ok: false, reason: 'ticket.malformed', ticket: null }
  const { ticket } = parts
  const secret = secretOf(ticket.kid)
  if (!secret || !isSameMac(sign(crypto, secret, LABEL, parts.body), parts.mac))
    return { ok: false, reason: 'ticket.signature', ticket: null }
  return judgePeriod(ticket, nowSec)
}

/**
 * Verifies tickets; the signature of one that comes again, at a change of channels, is not computed again while its key is the same. `most`: tickets
 * that are remembered.
 */
export const createTicketReader = (
  crypto: Crypto,
  secretOf: SecretOf,
  most: number,
): ((text: string, nowSec: number) => TicketVerdict) => {
  const genuine = new Map<string, { readonly ticket: Ticket; readonly secret: Uint8Array }>()
  return (text, nowSec) => {
    const known = genuine.get(text)
    if (known !== undefined && secretOf(known.ticket.kid) === known.secret)
      return judgePeriod(known.ticket, nowSec)
    const verdict = verifyTicket(crypto, secretOf, text, nowSec)
    const secret = verdict.ticket === null ? null : secretOf(verdict.ticket.kid)
    if (verdict.ticket === null || !secret) return verdict
    if (genuine.size >= most) genuine.clear()
    genuine.set(text, { ticket: verdict.ticket, secret })
    return verdict
  }
}

/** Verifies the validity period alone, of a ticket whose signature was verified before. */
export const judgePeriod = (ticket: Ticket, nowSec: number): TicketVerdict => {
  if (ticket.issued > nowSec + CLOCK_SKEW_SEC)
    return { ok: false, reason: 'ticket.not_yet', ticket }
  if (ticket.expires + CLOCK_SKEW_SEC < nowSec)
    return { ok: false, reason: 'ticket.expired', ticket }
  return { ok: true, ticket }
}
