import type { Mapper } from '../addresses/mapper.ts'
import type { Steps } from '../steps.ts'
import { manifestInFull } from './marks.ts'
import { encodeEntities, type XmlAttribute } from './xml.ts'

/** A range of a text and its replacement. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

const EDITS_A_STEP = 256

/** Parts that are in order as they are. */
const runsOf = (edits: readonly Edit[]): (readonly Edit[])[] => {
  const runs: (readonly Edit[])[] = []
  let begin = 0
  for (const [at, { from }] of edits.entries()) {
    if (at === begin || from >= (edits[at - 1]?.from ?? 0)) continue
    runs.push(edits.slice(begin, at))
    begin = at
  }
  return [...runs, edits.slice(begin)]
}

const merge = (one: readonly Edit[], other: readonly Edit[]): Edit[] => {
  const merged: Edit[] = []
  let at = 0
  for (const edit of one) {
    for (let next = other[at]; next !== undefined && next.from < edit.from; next = other[at]) {
      merged.push(next)
      at += 1
    }
    merged.push(edit)
  }
  return merged.concat(other.slice(at))
}

/** In the order of the text: edits come in a few runs that are in order, where a sort compares a million times for an archive of a day. */
function* inOrder(edits: readonly Edit[]): Steps<readonly Edit[]> {
  let runs = runsOf(edits)
  while (runs.length > 1) {
    const merged: (readonly Edit[])[] = []
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(merge(runs[at] ?? [], runs[at + 1] ?? []))
      yield
    }
    runs = merged
  }
  return runs[0] ?? []
}

/** The text with its edits, which do not overlap. */
export function* applyEdits(text: string, edits: readonly Edit[]): Steps<string> {
  const sorted = yield* inOrder(edits)
  let out = ''
  let done = 0
  for (const [at, edit] of sorted.entries()) {
    if (at % EDITS_A_STEP === 0) yield
    out += text.slice(done, edit.from) + edit.text
    done = edit.to
  }
  return out + text.slice(done)
}

/** `UrlQueryInfo` and its kin (ISO/IEC 23009-1, annex I): players add arguments to what they ask for. */
const INFORMS = /^(?:(?:Ext)?(?:UrlQueryInfo|HttpHeaderInfo)|RequestParam)$/

/** An argument as viewers may see it: its value hidden whatever name a template gives it. */
const shown = (pair: string, mapper: Mapper): string => {
  const at = pair.indexOf('=')
  return at < 1 ? pair : pair.slice(0, at) + mapper.conceal(`?.${pair.slice(at)}`).slice(2)
}

/** The arguments of the manifest at its origin; `null` where some are opened behind a seal alone. */
const argumentsOf = (mapper: Mapper): string | null => {
  const { query } = mapper.document.address
  if (mapper.tellsGiven(query)) return null
  const pairs = query.slice(1).split('&')
  return pairs
    .filter((pair) => pair !== '' && !pair.startsWith('CMCD='))
    .map((pair) => shown(pair, mapper))
    .join('&')
}

/** Writes out the arguments that players are to take from the manifest's own address, which at the edge has not those that it has at its origin. */
export const queryEdits = (
  name: string,
  found: readonly XmlAttribute[],
  source: string,
  mapper: Mapper,
): Edit[] => {
  const taken = INFORMS.test(name) ? found.find((it) => it.name === 'useMPDUrlQuery') : undefined
  const query =
    taken === undefined || !/^(?:true|1)$/.test(taken.value.trim()) ? null : argumentsOf(mapper)
  if (taken === undefined || query === null || query === '') return []
  const own = found.find((it) => it.name === 'queryString')
  const off = { from: taken.from, to: taken.to, text: 'false' }
  if (own !== undefined) {
    const text = encodeEntities([query, own.value].filter((it) => it !== '').join('&'))
    return [off, { from: own.from, to: own.to, text }]
  }
  const quote = source.charAt(taken.to)
  return [{ ...off, text: `false${quote} queryString=${quote}${encodeEntities(query)}` }]
}

const valueOf = (found: readonly XmlAttribute[], wanted: string): string =>
  found.find(({ name }) => name === wanted)?.value ?? ''

/** Another manifest that players go on with behind this one (ISO/IEC 23009-1, 5.11), or in its place. */
const LEADS_ON = /^urn:mpeg:dash:(?:chaining|fallback):/
const FONT = /^urn:dvb:dash:fontdownload:/
const DESCRIBES: ReadonlySet<string> = new Set(['SupplementalProperty', 'EssentialProperty'])
const PRESENTS: ReadonlySet<string> = new Set([
  'AlternativeMPD',
  'InsertPresentation',
  'ReplacePresentation',
])

/** Whether an element that others pass over holds addresses: events of other manifests that players put in, and keys of segments. */
export const holdsAddresses = (name: string, found: readonly XmlAttribute[]): boolean =>
  name === 'ContentProtection'
    ? valueOf(found, 'schemeIdUri') === 'urn:mpeg:dash:sea:2012'
    : name === 'EventStream' && valueOf(found, 'schemeIdUri').includes(':alternativeMPD:')

const namesManifests = (name: string, found: readonly XmlAttribute[]): string =>
  PRESENTS.has(name)
    ? '^ur[il]$'
    : DESCRIBES.has(name) && LEADS_ON.test(valueOf(found, 'schemeIdUri'))
      ? '^value$'
      : ''

/** Writes addresses of other manifests in full: players (Shaka) resolve them with the address of their page. */
export const manifestEdits = (
  name: string,
  found: readonly XmlAttribute[],
  mapper: Mapper,
): Edit[] => {
  const wanted = namesManifests(name, found)
  if (wanted === '') return []
  const all = found.filter((it) => new RegExp(wanted).test(it.name))
  return all.map(({ from, to, value }) => {
    const addresses = value.split(/\s+/).filter((it) => it !== '')
    const text = addresses.map((it) => manifestInFull(it, mapper)).join(' ')
    return { from, to, text: encodeEntities(text) }
  })
}

/** Whether an attribute is the address of a file that is none of a segment: a key (ISO/IEC 23009-4, 6.3) or a font of subtitles (ETSI TS 103 285, 7.2). */
export const namesOneFile = (
  { name }: XmlAttribute,
  element: string,
  found: readonly XmlAttribute[],
): boolean =>
  name === 'keyUriTemplate' ||
  (name.endsWith(':url') && DESCRIBES.has(element) && FONT.test(valueOf(found, 'schemeIdUri')))
