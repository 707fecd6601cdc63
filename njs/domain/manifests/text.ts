import { decodeUtf8 } from '../credentials/encoding.ts'

const HASH = 35
const LF = 10
const CR = 13
/** More than any manifest has; what is longer is none, and is not looked through. */
const MOST_BYTES = 4_194_304

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/**
 * Latin-1; in lines that are addresses percent-encoded, so that the origin is asked for the same bytes (RFC 3986, section 2.1).
 */
const readBytes = (bytes: Uint8Array): string => {
  let out = ''
  let done = 0
  let isStart = true
  let isAddress = true
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (isStart) isAddress = byte !== HASH
    isStart = byte === LF || byte === CR
    if (byte < 128) continue
    const read = isAddress ? `%${byte.toString(16).toUpperCase()}` : String.fromCharCode(byte)
    out += utf8(bytes.subarray(done, at)) + read
    done = at + 1
  }
  return out + utf8(bytes.subarray(done))
}

/** The text of a manifest: UTF-8, or else Latin-1, which some origins write. */
export const readText = (bytes: Uint8Array): string =>
  decodeUtf8(bytes) ?? (bytes.length > MOST_BYTES ? utf8(bytes) : readBytes(bytes))

/**
 * Whether a text is a page for people: an error of an origin, which may hold a login of the provider, under a status that says all is
 * well.
 */
export const isPage = (text: string): boolean =>
  /^[\s\uFEFF]*<(?:!doctype html|html[\s>])/i.test(text.slice(0, 256))
