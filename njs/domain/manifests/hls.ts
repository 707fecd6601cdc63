import { finish, type Steps } from '../steps.ts'

/** What a variable `{$name}` in a playlist stands for (RFC 8216bis, section 4.3). */
export interface HlsVariable {
  readonly value: string
  /**
   * `argument`: of the address the viewer asked for; `secret`: of one that no viewer knows, such as that in the source's list; `redirection`: of one
   * that the origin may have made of the viewer's.
   */
  readonly from: 'manifest' | 'argument' | 'secret' | 'redirection'
  /** Of one defined by others: what a viewer may have written of it leads nowhere else, in a path either. */
  readonly isSafe?: boolean
}

export type HlsVariables = Readonly<Record<string, HlsVariable>>

/** Functions and values for rewriting a playlist. */
export interface HlsContext {
  /** The new text of an address; the same where it is not rewritten. */
  rewrite(address: string): string
  /** The same for the address of another playlist, or of a document that names some. */
  rewriteManifest(address: string): string
  /** The same for an address that nothing of may be read; `null` where there is none. */
  hide(address: string, isManifest: boolean): string | null
  /** An argument of the playlist's own address, for `QUERYPARAM`. */
  argument(name: string): HlsVariable | null
  /** Whether a value that the playlist defines may be told no viewer. */
  isSecret?(value: string): boolean
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
}

/** Attributes that hold addresses where they are not `URI`. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  'EXT-X-CONTENT-STEERING': ['SERVER-URI'],
  'EXT-X-DATERANGE': ['X-ASSET-URI', 'X-ASSET-LIST'],
}
const URI: readonly string[] = ['URI']
/** Tags whose addresses are those of playlists, or of documents that name playlists. */
const MANIFESTS: ReadonlySet<string> = new Set([
  'EXT-X-MEDIA',
  'EXT-X-I-FRAME-STREAM-INF',
  'EXT-X-IMAGE-STREAM-INF',
  'EXT-X-RENDITION-REPORT',
  'EXT-X-CONTENT-STEERING',
  'EXT-X-DATERANGE',
])
/** Its whole value is an address: the hint of low-latency HLS as communities of players wrote it before the standard did. */
const PREFETCH = '#EXT-X-PREFETCH:'

const HAS_ADDRESS = /URI|X-ASSET/i
const ATTRIBUTE = /([A-Z0-9-]+)[ \t]*=[ \t]*("[^"]*"?|[^",]*)/gi

interface State {
  readonly context: HlsContext
  readonly variables: Record<string, HlsVariable>
  targetSec: number | null
  partSec: number | null
  isOver: boolean
  /** The next line is the address of a playlist. */
  isVariantNext: boolean
}

const VARIABLE = /\{\$([A-Za-z0-9_-]+)\}/g

/** In a path, what a viewer may have written must lead nowhere else. */
const IN_PATH = /^(?!\.{1,2}$)[\w.~!$&'()*+,;=:@-]*$/

const isHidden = ({ from }: HlsVariable): boolean => from === 'secret' || from === 'redirection'

const isTrusted = ({ from }: HlsVariable): boolean => from === 'manifest' || from === 'secret'

const isInQuery = (text: string, at: number): boolean => {
  const mark = text.indexOf('?')
  return mark >= 0 && mark < at
}

/** Whether a variable leads nowhere else than where it stands in a text. */
const isSafeAt = (variable: HlsVariable, text: string, at: number): boolean =>
  isTrusted(variable) || isInQuery(text, at) || (variable.isSafe ?? IN_PATH.test(variable.value))

/** Where a text of two parts is from: hidden where one of them is, and no more trusted than either. */
const joined = (a: HlsVariable['from'], b: HlsVariable['from']): HlsVariable['from'] => {
  if (a === b || b === 'manifest') return a
  return a === 'manifest' ? b : 'redirection'
}

/** Substitutes variables; `null` where one is unknown. */
const expand = (state: State, text: string): HlsVariable | null => {
  if (!text.includes('{$')) return { value: text, from: 'manifest' }
  let isKnown = true
  let isSafe = true
  let from: HlsVariable['from'] = 'manifest'
  const value = text.replace(VARIABLE, (_, name: string, at: number) => {
    const variable = state.variables[name]
    if (variable === undefined) isKnown = false
    else {
      from = joined(from, variable.from)
      isSafe &&= isSafeAt(variable, text, at)
    }
    return variable?.value ?? ''
  })
  return isKnown ? { value, from, isSafe } : null
}

const rewriteAddress = (state: State, address: string, isManifest = false): string => {
  const expanded = expand(state, address)
  if (expanded === null || expanded.value === '' || expanded.isSafe === false) return address
  if (isHidden(expanded)) return state.context.hide(expanded.value, isManifest) ?? address
  return isManifest
    ? state.context.rewriteManifest(expanded.value)
    : state.context.rewrite(expanded.value)
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
    const variable = expand(state, value) ?? { value, from: 'manifest' }
    const isSecret = state.context.isSecret?.(variable.value) === true
    state.variables[name] = isSecret ? { ...variable, from: 'secret' } : variable
    return isSecret ? `#EXT-X-DEFINE:NAME="${name}",VALUE=""` : line
  }
  const query = attributes.get('QUERYPARAM')
  const given = query === undefined ? null : state.context.argument(query)
  if (query !== undefined && given !== null) {
    state.variables[query] = given
    const told = isHidden(given) ? '' : given.value.replace(/["\r\n]/g, '')
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
  const names = ADDRESSES[tag] ?? URI
  const isManifest = MANIFESTS.has(tag)
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
      out +=
        line.slice(done, begin) + quoted(rewriteAddress(state, value.trim(), isManifest), value)
      done = begin + value.length
      continue
    }
    const from = begin + 1
    const to = from + value.length - (value.length > 1 && value.endsWith('"') ? 2 : 1)
    out += line.slice(done, from) + rewriteAddress(state, line.slice(from, to).trim(), isManifest)
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

/**
 * Rewrites every address of a playlist (RFC 8216bis) in one pass: lines, and the attributes `URI`, `SERVER-URI`, `X-ASSET-URI` and
 * `X-ASSET-LIST`. Variables in addresses are put in, since what they stand for may be another address. A BOM is left out: the standard has none, and
 * FFmpeg takes the playlist for none behind it. All else stays, byte for byte.
 */
export function* hlsSteps(written: string, context: HlsContext): Steps<HlsPlaylist> {
  const text = withOneLineEnd(written.charCodeAt(0) === 0xfeff ? written.slice(1) : written)
  const state: State = {
    context,
    variables: {},
    targetSec: null,
    partSec: null,
    isOver: false,
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
  const { variables, targetSec, partSec, isOver } = state
  return { text: out + text.slice(done), variables, targetSec, partSec, isOver }
}

/** The same at once. */
export const rewriteHls = (written: string, context: HlsContext): HlsPlaylist =>
  finish(hlsSteps(written, context))
