import type { ReasonId } from '../reasons.ts'
import type { AccountRef, FailMode, Protocol } from '../types.ts'
import { ByteReader, ByteWriter } from './binary.ts'
import { type Crypto, isSameMac, MAC_LENGTH, type SecretOf } from './crypto.ts'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from './encoding.ts'
import { readSealed, type Sealed } from './sealed.ts'
import { CLOCK_SKEW_SEC } from './ticket.ts'

/** The content of a pass, the signed capability of one session. Its channel is covered by the signature but is a path segment of its own. */
export interface Pass {
  readonly kid: number
  readonly fail: FailMode
  readonly protocol: Protocol
  /** Unix seconds. */
  readonly expires: number
  /** 22 base64url characters. */
  readonly sid: string
  /** Id of the playlist download whose ticket opened the session; `null` for other credentials. */
  readonly download: string | null
  readonly group: string
  readonly account: AccountRef
}

/** Result of verifying a pass. `pass` is there whenever the signature is valid. */
export type PassVerdict =
  | { readonly ok: true; readonly pass: Pass }
  | { readonly ok: false; readonly reason: ReasonId; readonly pass: Pass | null }

/** Shortest and longest pass in characters. */
export const PASS_LENGTH = { min: 74, max: 1400 } as const

const VERSION = 2
/** Bytes besides group, account and signature. */
const FIXED_LENGTH = 39
const FAIL_MODES: readonly FailMode[] = ['closed', 'open']
const PROTOCOLS: readonly Protocol[] = ['hls', 'dash', 'mpegts']
const NO_DOWNLOAD = 'AAAAAAAAAAAAAAAA'

const sign = (
  crypto: Crypto,
  secret: Uint8Array,
  channel: string,
  body: Uint8Array,
): Uint8Array => {
  const label = encodeUtf8(`gatehouse pass\0${channel}\0`)
  return crypto.hmac(secret, label, body).subarray(0, MAC_LENGTH)
}

/** Signs a pass for a channel and returns its text. Throws `RangeError` where a field is too long or not as many bytes as it should be. */
export const mintPass = (
  crypto: Crypto,
  secret: Uint8Array,
  pass: Pass,
  channel: string,
): string => {
  const group = encodeUtf8(pass.group)
  const account = encodeUtf8(pass.account)
  const sid = decodeBase64url(pass.sid)
  const download = decodeBase64url(pass.download ?? NO_DOWNLOAD)
  if (group.length > 255 || account.length > 700) throw new RangeError('pass: text too long')
  if (sid?.length !== 16) throw new RangeError('pass: sid is not 16 bytes')
  if (download?.length !== 12) throw new RangeError('pass: download is not 12 bytes')
  const whole = new ByteWriter(FIXED_LENGTH + group.length + account.length + MAC_LENGTH)
    .byte(VERSION)
    .byte(pass.kid)
    .byte(FAIL_MODES.indexOf(pass.fail))
    .byte(PROTOCOLS.indexOf(pass.protocol) + 1)
    .word(pass.expires)
    .bytes(sid)
    .bytes(download)
    .byte(group.length)
    .bytes(group)
    .byte(account.length >>> 8)
    .byte(account.length)
    .bytes(account)
  whole.bytes(sign(crypto, secret, channel, whole.written()))
  return encodeBase64url(whole.written())
}

interface SealedPass extends Sealed {
  readonly pass: Pass
}

const parse = (text: string): SealedPass | null => {
  const sealed = readSealed(text, PASS_LENGTH)
  if (sealed === null) return null
  const read = new ByteReader(sealed.body)
  const version = read.byte()
  const kid = read.byte()
  const fail = FAIL_MODES[read.byte()]
  const protocol = PROTOCOLS[read.byte() - 1]
  const expires = read.word()
  const sid = encodeBase64url(read.bytes(16))
  const from = encodeBase64url(read.bytes(12))
  const group = read.text(read.byte())
  const account = read.text(read.short())
  if (version !== VERSION || !fail || !protocol || !read.isDone()) return null
  const download = from === NO_DOWNLOAD ? null : from
  const pass = { kid, fail, protocol, expires, sid, download, group, account }
  return { pass, ...sealed }
}

/** Parses a pass without checking its signature; `null` where the text is not a pass. */
export const readPass = (text: string): Pass | null => parse(text)?.pass ?? null

/** Verifies form, signature (which covers the channel) and expiry. */
export const verifyPass = (
  crypto: Crypto,
  secretOf: SecretOf,
  presented: { readonly pass: string; readonly channel: string },
  nowSec: number,
): PassVerdict => {
  const parts = parse(presented.pass)
  if (parts === null) return { ok: false, reason: 'pass.malformed', pass: null }
  const { pass } = parts
  const secret = secretOf(pass.kid)
  const mac = secret ? sign(crypto, secret, presented.channel, parts.body) : null
  if (mac === null || !isSameMac(mac, parts.mac))
    return { ok: false, reason: 'pass.signature', pass: null }
  if (pass.expires + CLOCK_SKEW_SEC < nowSec) return { ok: false, reason: 'pass.expired', pass }
  return { ok: true, pass }
}
