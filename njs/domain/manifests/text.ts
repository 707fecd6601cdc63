import { decodeUtf8 } from '../credentials/encoding.ts'
import type { Steps } from '../steps.ts'

const HASH = 35
const LESS = 60
const LF = 10
const CR = 13
/** More than any manifest has; what is longer is none, and is not looked through. */
const MOST_BYTES = 4_194_304
const BYTES_A_STEP = 8192

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/**
 * Latin-1; in lines that are addresses percent-encoded, so that the origin is asked for the same bytes (RFC 3986, section 2.1).
 */
function* readBytes(bytes: Uint8Array): Steps<string> {
  let out = ''
  let done = 0
  let isStart = true
  let isAddress = true
  for (let at = 0; at < bytes.length; at += 1) {
    if (at % BYTES_A_STEP === 0) yield
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

/** Where the low byte of each pair is in UTF-16, by its mark or by the `<` of an XML document; `null` = it is not UTF-16. */
const lowByteOfPairs = (bytes: Uint8Array): 0 | 1 | null => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === LESS && second === 0)) return 0
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === LESS)) return 1
  return null
}

/** Characters put together at once. */
const PIECE = 8192

function* readPairs(bytes: Uint8Array, low: 0 | 1): Steps<string> {
  let out = ''
  for (let from = 0; from + 1 < bytes.length; from += 2 * PIECE) {
    yield
    const codes: number[] = []
    const end = Math.min(bytes.length - 1, from + 2 * PIECE)
    for (let at = from; at < end; at += 2)
      codes.push((bytes[at + low] ?? 0) | ((bytes[at + 1 - low] ?? 0) << 8))
    out += String.fromCharCode(...codes)
  }
  return out
}

const XML_ENCODING = /^([\s\uFEFF]*<\?xml\s[^>]*?\bencoding\s*=\s*["'])([\w.:-]+)/

const latin1 = (bytes: Uint8Array): string => {
  let out = ''
  for (let from = 0; from < bytes.length; from += PIECE)
    out += String.fromCharCode(...bytes.subarray(from, from + PIECE))
  return out
}

/** An XML document as it says that it is written (XML 1.0, section 4.3.3); `null` for what does not, or is something else. */
function* readXml(bytes: Uint8Array): Steps<string | null> {
  const low = lowByteOfPairs(bytes)
  if (low !== null) return yield* readPairs(bytes, low)
  const [, , name = ''] = XML_ENCODING.exec(latin1(bytes.subarray(0, 200))) ?? []
  return /^(?:iso-?8859-1|latin-?1|windows-1252|us-ascii)$/i.test(name) ? latin1(bytes) : null
}

function* readOther(bytes: Uint8Array): Steps<string> {
  if (bytes.length > MOST_BYTES) return utf8(bytes)
  return (yield* readXml(bytes)) ?? (yield* readBytes(bytes))
}

/** The text of a manifest: UTF-8, or else what an XML document says, or Latin-1, which some origins write. It is sent in UTF-8, and says so. */
export function* readText(bytes: Uint8Array): Steps<string> {
  const text = decodeUtf8(bytes) ?? (yield* readOther(bytes))
  // Text without a byte beyond ASCII is valid UTF-8 in disguise: each second byte of it is none.
  const plain = text.startsWith('<\0') || text.startsWith('\0<') ? yield* readOther(bytes) : text
  return plain.replace(XML_ENCODING, '$1UTF-8').replace(/^\uFEFF(?=\s*<)/, '')
}

/**
 * Whether a text is a page for people: an error of an origin, which may hold a login of the provider, under a status that says all is
 * well.
 */
export const isPage = (text: string): boolean =>
  /^[\s\uFEFF]*<(?:!doctype html|html[\s>])/i.test(text.slice(0, 256))

const PATCH = /^[\s\uFEFF]*(?:<[?!][^>]*>\s*)*<(?:\w+:)?Patch[\s>]/
const MOVES =
  /<(?:\w+:)?BaseURL[\s/>]|\ssel\s*=\s*["'][^"']*(?:BaseURL|href|Location[^/"']*\/text|UTCTiming[^/"']*\/@|Steering)/
const REFERS =
  /\s(?:media|index|initialization|bitstreamSwitching|sourceURL)\s*=|@(?:media|index|initialization|bitstreamSwitching|sourceURL)\s*["']/

/**
 * Whether a text is a patch of a manifest of DASH of which nobody could say where its references lead: it changes what others are resolved with, or has some that are
 * resolved with a base that is not known. Players then fetch the whole manifest.
 */
export const isUnclearPatch = (text: string, isBaseUnclear: boolean): boolean =>
  PATCH.test(text.slice(0, 4096)) && (MOVES.test(text) || (isBaseUnclear && REFERS.test(text)))

/** Bytes of the longest document that is read: as many as nginx lets a handler fetch (`js_fetch_max_response_buffer_size`). */
export const LONGEST_DOCUMENT = 16_777_216

/** Whether a text begins as no document of HLS or DASH does, which are playlists, XML or JSON; an empty one tells nothing. */
export const isOtherText = (text: string): boolean => /^[\s\uFEFF]*[^\s\uFEFF#<{[]/.test(text)

const DOCUMENT = /^[\s\uFEFF]*(?:#EXTM3U|<(?:!doctype|html|\?xml|(?:\w+:)?MPD)[\s>])/i
const BOM = 0xef

/** The document that bytes begin; `null` for anything else: MPEG-TS begins with a `G`, and most other bytes begin none. */
export const documentOf = (bytes: Uint8Array): 'hls' | 'dash' | 'other' | null => {
  const first = bytes[0] ?? BOM
  if (first > LESS && first !== BOM) return null
  const text = utf8(bytes.subarray(0, 256))
  if (!DOCUMENT.test(text)) return null
  if (text.includes('#EXTM3U')) return 'hls'
  return /<(?:\w+:)?MPD[\s>]/i.test(text) ? 'dash' : 'other'
}

/** Whether a text of unknown length ends in its middle: a document of DASH within its root, a playlist of HLS within a line that an address has to follow. */
export const isBrokenOff = (text: string): boolean => {
  const [, root, , slash] =
    /<((?:\w+:)?(?:MPD|Patch))(?=[\s>])([^>]*?)(\/?)>/.exec(text.slice(0, 16_384)) ?? []
  if (root !== undefined) return slash === '' && !text.includes(`</${root}`)
  return /[\r\n]#EXT(?:INF|-X-STREAM-INF):[^\r\n]*$/.test(text.slice(-4096))
}

/** More than a list of one address has. */
const MOST_OF_LIST = 8192
const MAY_LIST = /^[\s\uFEFF]*(?:#|https?:)/i
const LINE_OF_HLS = /^[ \t]*#EXT-X-/im
/** An address in full or from the root, or one of a manifest beside the list. */
const LEADS_ON = /^(?:https?:)?\/|^(?![a-z][a-z0-9+.-]*:).*\.(?:m3u8?|mpd)(?:$|[?#])/i
const FILE = /\.(?:ts|mpegts|m4[asv]|mp[34]|aac|mkv|flv|webm|ogg)(?:$|[?#])/i

/**
 * The address that stands alone in a document in place of a playlist: in an M3U without a tag of HLS, or by itself. Players of lists (VLC, mpv) go on there as by a redirection;
 * no player takes such a document for HLS. `null` for anything else.
 */
export const addressListed = (text: string): string | null => {
  if (text.length > MOST_OF_LIST || !MAY_LIST.test(text) || LINE_OF_HLS.test(text)) return null
  const lines = text.split(/[\r\n]+/).map((line) => line.replace(/^[\s\uFEFF]+|\s+$/g, ''))
  const [address = '', ...more] = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const isList = lines.some((line) => line.startsWith('#EXTM3U')) || /^https?:/i.test(address)
  return isList && more.length === 0 && LEADS_ON.test(address) && !/\s/.test(address)
    ? address
    : null
}

/** Whether an address names no manifest, by its ending. */
export const namesFile = (address: string): boolean => FILE.test(address)
