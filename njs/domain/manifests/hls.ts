import { finish, type Steps } from '../steps.ts'
import { expand, type HlsVariable, type HlsVariables, isHidden } from './hls-variables.ts'
import { isFile, withoutMarks } from './marks.ts'

/** Functions and values for rewriting a playlist. */
export interface HlsContext {
  /** The new text of an address; the same where it is not rewritten. */
  rewrite(address: string): string
  /** The same for the address of another playlist, or of a document that names some. */
  rewriteManifest(address: string): string
  /** The same for an address that nothing of may be read; `null` where there is none. */
  hide(address: string, isManifest: boolean): string | null
  /** A new text of an interstitial's address in full, as the standard has it: players (hls.js) resolve these with the address of their page. */
  inFull(written: string): string
  /** An argument of the playlist's own address, for `QUERYPARAM`. */
  argument(name: string): HlsVariable | null
  /** Whether a value that the playlist defines may be told no viewer. */
  isSecret?(value: string): boolean
  /** Whether the copy is for all viewers: comments, which may be about one, are emptied. */
  readonly isForAll?: boolean
  /** Variables of the multivariant playlist, for `IMPORT`. */
  readonly imported: HlsVariables
}

/** A rewritten playlist. */
export interface HlsPlaylist {
  readonly text: string
  /** Variables it defines by `VALUE` or takes from its address. */
  readonly variables: HlsVariables
  /** Seconds of `EXT-X-TARGETDURATION`; `null` in a multivariant playlist. */
  readonly targetSec: number | null
  /** Seconds of `PART-TARGET`, where it comes in parts. */
  readonly partSec: number | null
  /** Whether it has `EXT-X-ENDLIST`: it does not change any more. */
  readonly isOver: boolean
  /** Whether some address in it is in full. */
  readonly isMarked: boolean
}

const INTERSTITIAL = 'EXT-X-DATERANGE'
/** Attributes that hold addresses where they are not `URI`. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  'EXT-X-CONTENT-STEERING': ['SERVER-URI'],
  [INTERSTITIAL]: ['X-ASSET-URI', 'X-ASSET-LIST'],
}
const URI: readonly string[] = ['URI']
/** Those of preloads and schedules (RFC 8216bis) beside them; `X-URI` of other classes is whatever they mean by it. */
const WITH_URI: readonly string[] = [...(ADDRESSES[INTERSTITIAL] ?? []), 'X-URI']
const OF_HLS = /CLASS="com\.apple\.hls\./i
/** Tags whose addresses are those of playlists, or of documents that name playlists. */
const MANIFESTS: ReadonlySet<string> = new Set([
  'EXT-X-MEDIA',
  'EXT-X-I-FRAME-STREAM-INF',
  'EXT-X-IMAGE-STREAM-INF',
  'EXT-X-RENDITION-REPORT',
  'EXT-X-CONTENT-STEERING',
  INTERSTITIAL,
])
/** Its whole value is an address: the hint of low-latency HLS as communities of players wrote it before the standard did. */
const PREFETCH = '#EXT-X-PREFETCH:'

/** An overlay that is a picture or video by itself, as Shaka plays it. */
const OF_FILE = /X-ASSET-MIMETYPE="(?:image|video|audio|text)\//i

const HAS_ADDRESS = /URI|X-ASSET/i
const ATTRIBUTE = /([A-Z0-9-]+)[ \t]*=[ \t]*("[^"]*"?|[^",]*)/gi

interface State {
  readonly context: HlsContext
  readonly variables: Record<string, HlsVariable>
  targetSec: number | null
  partSec: number | null
  isOver: boolean
  isMarked: boolean
  /** The next line is the address of a playlist. */
  isVariantNext: boolean
}

const rewriteAddress = (state: State, address: string, isManifest = false): string => {
  const expanded = expand(state.variables, address)
  if (expanded === null || expanded.value === '' || expanded.isSafe === false) return address
  if (isHidden(expanded)) return state.context.hide(expanded.value, isManifest) ?? address
  return isManifest
    ? state.context.rewriteManifest(expanded.value)
    : state.context.rewrite(expanded.value)
}

const rewriteInterstitial = (state: State, address: string, isManifest: boolean): string => {
  const written = rewriteAddress(state, address, isManifest)
  const full = state.context.inFull(written)
  state.isMarked ||= full !== written
  return full
}

const attributesOf = (text: string): Map<string, string> => {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE))
    found.set(name.toUpperCase(), value.replace(/^"|"$/g, ''))
  return found
}

/**
 * Takes a definition; one by the playlist's address is written out, since the player's address need not have the argument. A value that no viewer
 * knows is left out: it stands in addresses alone, which hide it.
 */
const define = (state: State, line: string): string => {
  const attributes = attributesOf(line.slice(line.indexOf(':') + 1))
  const name = attributes.get('NAME')
  const value = attributes.get('VALUE')
  if (name !== undefined && value !== undefined) {
    // Its value may name variables defined above it.
    const variable = expand(state.variables, value) ?? { value, from: 'manifest' }
    const isSecret = state.context.isSecret?.(variable.value) === true
    state.variables[name] = isSecret ? { ...variable, from: 'secret' } : variable
    return isSecret ? `#EXT-X-DEFINE:NAME="${name}",VALUE=""` : line
  }
  const query = attributes.get('QUERYPARAM')
  const given = query === undefined ? null : state.context.argument(query)
  if (query !== undefined && given !== null) {
    state.variables[query] = given
    const told = isHidden(given) ? '' : withoutMarks(given.value).replace(/["\r\n]/g, '')
    return `#EXT-X-DEFINE:NAME="${query}",VALUE="${told}"`
  }
  const wanted = attributes.get('IMPORT')
  const known = wanted === undefined ? undefined : state.context.imported[wanted]
  if (wanted !== undefined && known !== undefined) state.variables[wanted] = known
  return line
}

const quoted = (written: string, before: string): string =>
  written === before.trim() ? before : `"${written}"`

const rewriteAttributes = (state: State, line: string, start: number): string => {
  const tag = line.slice(1, start - 1).toUpperCase()
  const names = tag === INTERSTITIAL && OF_HLS.test(line) ? WITH_URI : (ADDRESSES[tag] ?? URI)
  const isManifest = MANIFESTS.has(tag)
  const rewritten = (address: string): string =>
    tag === INTERSTITIAL
      ? rewriteInterstitial(state, address, !isFile(address) && !OF_FILE.test(line))
      : rewriteAddress(state, address, isManifest)
  let out = ''
  let done = 0
  ATTRIBUTE.lastIndex = start
  for (let found = ATTRIBUTE.exec(line); found !== null; found = ATTRIBUTE.exec(line)) {
    const [whole, name = '', value = ''] = found
    if (whole === '') break
    if (!names.includes(name.toUpperCase())) continue
    const begin = found.index + whole.length - value.length
    if (!value.startsWith('"')) {
      // Not as the standard has it, but players take it.
      out += line.slice(done, begin) + quoted(rewritten(value.trim()), value)
      done = begin + value.length
      continue
    }
    const from = begin + 1
    const to = from + value.length - (value.length > 1 && value.endsWith('"') ? 2 : 1)
    out += line.slice(done, from) + rewritten(line.slice(from, to).trim())
    done = to
  }
  return done === 0 ? line : out + line.slice(done)
}

const numberIn = (text: string): number | null => {
  const value = Number.parseFloat(text)
  return Number.isFinite(value) && value > 0 ? value : null
}

const readTag = (state: State, line: string): string => {
  if (line.startsWith('#EXTINF')) return line
  if (state.context.isForAll === true && !line.startsWith('#EXT')) return ''
  if (line.startsWith('#EXT-X-ENDLIST')) state.isOver = true
  const colon = line.indexOf(':')
  if (colon < 0 || !line.startsWith('#EXT-X-')) return line
  if (line.startsWith('#EXT-X-STREAM-INF')) state.isVariantNext = true
  if (line.startsWith('#EXT-X-TARGETDURATION')) state.targetSec = numberIn(line.slice(colon + 1))
  else if (line.startsWith('#EXT-X-PART-INF'))
    state.partSec = numberIn(attributesOf(line.slice(colon + 1)).get('PART-TARGET') ?? '')
  else if (line.startsWith('#EXT-X-DEFINE:')) return define(state, line)
  else if (line.startsWith(PREFETCH))
    return PREFETCH + rewriteAddress(state, line.slice(colon + 1).trim())
  else if (HAS_ADDRESS.test(line)) return rewriteAttributes(state, line, colon + 1)
  return line
}

const readLine = (state: State, line: string): string => {
  const first = line.charCodeAt(0)
  if (first === 35) return readTag(state, line)
  // Most lines are a plain address; blanks around one and the mark of a BOM are no part of it.
  const address =
    first <= 32 || first === 0xfeff || line.charCodeAt(line.length - 1) <= 32 ? line.trim() : line
  if (address === '') return line
  if (address.startsWith('#')) return line.replace(address, () => readTag(state, address))
  const written = rewriteAddress(state, address, state.isVariantNext)
  state.isVariantNext = false
  return written === address ? line : written
}

const LINES_A_STEP = 64

/** Whether a text begins with `#EXTM3U`, after any white space or BOM. */
export const isHls = (text: string): boolean => /^[\s\uFEFF]*#EXTM3U/.test(text.slice(0, 64))

const LF = 10

/** Where some lines end with CR alone, and others with LF, players end a line at either. */
const withOneLineEnd = (text: string): string => {
  if (!text.includes('\n')) return text
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1))
    if (text.charCodeAt(at + 1) !== LF) return text.replace(/\r(?!\n)/g, '\n')
  return text
}

function* rewriteSteps(text: string, context: HlsContext): Steps<HlsPlaylist> {
  const state: State = {
    context,
    variables: {},
    targetSec: null,
    partSec: null,
    isOver: false,
    isMarked: false,
    isVariantNext: false,
  }
  const end = text.includes('\n') ? '\n' : '\r'
  let out = ''
  let done = 0
  let lines = 0
  for (let at = 0; at < text.length; ) {
    lines += 1
    if (lines % LINES_A_STEP === 0) yield
    const found = text.indexOf(end, at)
    const next = found < 0 ? text.length : found
    const stop = next > at && text.charCodeAt(next - 1) === 13 ? next - 1 : next
    if (stop > at) {
      const line = text.slice(at, stop)
      const rewritten = readLine(state, line)
      if (rewritten !== line) {
        out += text.slice(done, at) + rewritten
        done = stop
      }
    }
    at = next + 1
  }
  const { variables, targetSec, partSec, isOver, isMarked } = state
  return { text: out + text.slice(done), variables, targetSec, partSec, isOver, isMarked }
}

/**
 * Rewrites every address of a playlist (RFC 8216bis) in one pass: lines, and the attributes `URI`, `SERVER-URI`, `X-ASSET-URI`,
 * `X-ASSET-LIST` and `X-URI`. Variables in addresses are put in, since what they stand for may be another address. A BOM is left out: the standard has none, and
 * FFmpeg takes the playlist for none behind it. All else stays, byte for byte.
 */
export function* hlsSteps(written: string, context: HlsContext): Steps<HlsPlaylist> {
  const text = withOneLineEnd(written.charCodeAt(0) === 0xfeff ? written.slice(1) : written)
  const list = yield* rewriteSteps(text, context)
  const plain = list.isMarked ? withoutMarks(text) : text
  return plain === text ? list : yield* rewriteSteps(plain, context)
}

/** The same at once. */
export const rewriteHls = (written: string, context: HlsContext): HlsPlaylist =>
  finish(hlsSteps(written, context))
