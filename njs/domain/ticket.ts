import { ByteReader, ByteWriter } from './binary.ts'
import { type Crypto, isSameMac, MAC_LENGTH, type SecretOf } from './crypto.ts'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from './encoding.ts'
import type { ReasonId } from './reasons.ts'
import type { AccountRef, GroupWonBy } from './types.ts'

/** What a playlist's URLs carry: who downloaded it, for which group, until when. */
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

/** A ticket judged. `ticket` is there whenever the signature holds, so that an expired one can be logged. */
export type TicketVerdict =
  | { readonly ok: true; readonly ticket: Ticket }
  | { readonly ok: false; readonly reason: ReasonId; readonly ticket: Ticket | null }

/** Characters below which a path segment cannot be a ticket. */
export const TICKET_MIN_LENGTH = 48

/** Characters of the longest ticket. */
export const TICKET_MAX_LENGTH = 1400

/** Seconds two machines' clocks may differ. */
export const CLOCK_SKEW_SEC = 60

const VERSION = 1
const LABEL = encodeUtf8('gatehouse ticket\0')
const WON_BY: readonly GroupWonBy[] = ['network', 'country', 'account', 'default']

const sign = (crypto: Crypto, secret: Uint8Array, body: Uint8Array): Uint8Array => {
  const signed = new Uint8Array(LABEL.length + body.length)
  signed.set(LABEL)
  signed.set(body, LABEL.length)
  return crypto.hmac(secret, signed).subarray(0, MAC_LENGTH)
}

/** Makes the ticket text; fields out of range throw, since they are a programming error. */
export const mintTicket = (crypto: Crypto, secret: Uint8Array, ticket: Ticket): string => {
  const group = encodeUtf8(ticket.group)
  const account = encodeUtf8(ticket.account)
  const download = decodeBase64url(ticket.download)
  const wonBy = WON_BY.indexOf(ticket.wonBy) + 1
  if (group.length > 255 || account.length > 700) throw new RangeError('ticket: text too long')
  if (download?.length !== 12) throw new RangeError('ticket: download is not 12 bytes')
  const body = new ByteWriter()
    .byte(VERSION)
    .byte(ticket.kid)
    .byte(wonBy)
    .word(ticket.issued)
    .word(ticket.expires)
    .bytes(download)
    .byte(group.length)
    .bytes(group)
    .byte(account.length >>> 8)
    .byte(account.length)
    .bytes(account)
    .finish()
  const whole = new ByteWriter()
    .bytes(body)
    .bytes(sign(crypto, secret, body))
    .finish()
  return encodeBase64url(whole)
}

interface Parts {
  readonly ticket: Ticket
  readonly body: Uint8Array
  readonly mac: Uint8Array
}

const parse = (text: string): Parts | null => {
  if (text.length < TICKET_MIN_LENGTH || text.length > TICKET_MAX_LENGTH) return null
  const whole = decodeBase64url(text)
  if (whole === null || whole.length < MAC_LENGTH) return null
  const body = whole.subarray(0, whole.length - MAC_LENGTH)
  const read = new ByteReader(body)
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
  return { ticket, body, mac: whole.subarray(whole.length - MAC_LENGTH) }
}

/** The ticket inside the text, its signature not checked; `null` where it is none of ours. */
export const readTicket = (text: string): Ticket | null => parse(text)?.ticket ?? null

/** Checks form, signature and dates. */
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
  if (!secret || !isSameMac(sign(crypto, secret, parts.body), parts.mac))
    return { ok: false, reason: 'ticket.signature', ticket: null }
  if (ticket.issued > nowSec + CLOCK_SKEW_SEC)
    return { ok: false, reason: 'ticket.not_yet', ticket }
  if (ticket.expires + CLOCK_SKEW_SEC < nowSec)
    return { ok: false, reason: 'ticket.expired', ticket }
  return { ok: true, ticket }
}
