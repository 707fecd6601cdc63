import { sealGiven, valuesGiven } from '../domain/addresses/given-values.ts'
import { createMapper, type Mapper } from '../domain/addresses/mapper.ts'
import {
  hideArguments,
  hidePlace,
  type OwnValue,
  ownValues,
} from '../domain/addresses/own-arguments.ts'
import { takenNames } from '../domain/addresses/owners.ts'
import { type SealKind, sealPlace, sealText } from '../domain/addresses/seal.ts'
import { bindingOf, isStreamedManifest } from '../domain/addresses/sealed-path.ts'
import type { ChannelRecord } from '../domain/channels/channel-table.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { dashSteps, isDash } from '../domain/manifests/dash.ts'
import { hlsSteps, isHls } from '../domain/manifests/hls.ts'
import type { HlsVariable, HlsVariables } from '../domain/manifests/hls-variables.ts'
import { rewriteJson } from '../domain/manifests/json-documents.ts'
import { hideEverywhere, holdsLogin, maskLogins } from '../domain/manifests/logins.ts'
import { inFull, isFile, withFull, withMarks } from '../domain/manifests/marks.ts'
import { compareDash, comparePlaylists, type Kinship } from '../domain/manifests/same-manifest.ts'
import { isUnclearPatch } from '../domain/manifests/text.ts'
import { withoutComments } from '../domain/manifests/xml.ts'
import { findSpelled } from '../domain/spellings/find-spelled.ts'
import type { Steps } from '../domain/steps.ts'
import { nginxCrypto, randomId } from '../platform/crypto.ts'
import { UNREADABLE } from '../platform/fetch-origin.ts'
import {
  keepDefinitions,
  keepGiven,
  readDefinitions,
  readGiven,
} from '../state/manifests/copies.ts'
import { currentKid, secretOf } from '../state/memory.ts'
import { notePast } from '../state/reports.ts'
import type { Fetched } from './fetch-manifest.ts'
import { baseUnderSeal, isOthers, mayLeadTo, readChannel } from './origin.ts'

/** A manifest as viewers get it. */
export interface Rewritten {
  readonly text: string
  /** Whether marks stand in it for each viewer's own address (`fillMarks`). */
  readonly isMarked: boolean
  /** `null` = as the origin says. */
  readonly type: string | null
  /** Milliseconds between two changes, as far as it says. */
  readonly paceMs: number
  /** What it is to an earlier copy. */
  compare(before: string): Steps<Kinship>
}

/** What was asked for. */
export interface ManifestRequest {
  readonly channel: string
  readonly rest: string
  readonly seal: SealKind | null
  /** At its origin, with its query: the channel's own of it, then the viewer's. */
  readonly path: string
  /** Whether it is for whoever asks: comments, which an origin may write about one viewer, are left out. */
  readonly isForAll: boolean
  /** Address of the channel's directory as this viewer has it. */
  base(): string
}

/** What never changes is looked at again all the same, since origins do change what they said never would. */
const OVER_MS = 10_000
/** A multivariant playlist, and what says nothing of its pace. */
const QUIET_MS = 4_000
const SLOWEST_MS = 20_000
const FASTEST_MS = 200

const pace = (seconds: number | null, isOver: boolean): number => {
  if (isOver) return OVER_MS
  if (seconds === null) return QUIET_MS
  return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, seconds * 1000))
}

/** Whether the edge goes to an origin for a channel, judged once for each; those where it does not are reported. */
const allowed = (channel: string): ((origin: string) => boolean) => {
  const known = new Map<string, boolean>()
  return (origin) => {
    const before = known.get(origin)
    if (before !== undefined) return before
    const may = mayLeadTo(channel, origin)
    if (!may) notePast(channel, origin)
    known.set(origin, may)
    return may
  }
}

const valuesOf = ({ base, entry, query, login }: ChannelRecord): readonly OwnValue[] =>
  ownValues(base + entry, query, login)

/** Values that the viewer was not shown and the channel's own address does not have: of redirections, now or lately, and of what is under seal; and what spells these or those otherwise. */
const givenTo = (
  { channel, rest, seal: kind }: ManifestRequest,
  { address, way, text }: Fetched,
  own: readonly OwnValue[],
  seal: (plain: string) => string | null,
): readonly OwnValue[] => {
  const moved = way.flatMap(valuesGiven)
  keepGiven(channel, moved)
  const isWhole = kind === 'manifest' || kind === 'remote'
  const sealed = kind === null ? [] : valuesGiven(isWhole ? address : { ...address, query: '' })
  const base = kind === 'remote' ? baseUnderSeal(channel, rest) : null
  const standings = base === null ? [] : [base, base.document ?? base]
  const above = standings.flatMap((it) => valuesGiven({ ...it.address, query: '' }))
  const values = [...moved, ...sealed, ...above, ...readGiven(channel)]
  const given = sealGiven(values, text, seal)
  const logins = own.flatMap((it) => (it.isLogin ? [it.text] : []))
  return [...given, ...sealGiven(findSpelled(text, [...logins, ...values]), text, seal)]
}

/** What a manifest is rewritten with. */
interface Tools {
  readonly mapper: Mapper
  /** Of the channel's own address, and those given. */
  readonly own: readonly OwnValue[]
  readonly given: readonly OwnValue[]
}

const toolsFor = (request: ManifestRequest, found: Fetched): Tools | null => {
  const record = readChannel(request.channel)
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (record === null || kid === null || secret === null) return null
  const key = { kid, secret }
  const binding = bindingOf(request.channel, record)
  const own = valuesOf(record)
  const given = givenTo(request, found, own, (it) => sealText(nginxCrypto, key, binding, it))
  const base = baseUnderSeal(request.channel, request.rest) ?? undefined
  const document = base?.document
  const mapper = createMapper({
    channel: record,
    manifest: document?.address ?? found.address,
    isMoved: found.way.length > 0,
    rest: document === undefined ? request.rest : `${document.directory}manifest.mpd`,
    seal: request.seal,
    isStreamed: isStreamedManifest(request.rest, request.seal),
    base,
    ownValues: own,
    givenValues: given,
    entryNames: takenNames(record),
    isAllowed: allowed(request.channel),
    isOthers: (origin, path) => isOthers(request.channel, origin, path),
    sealOf: (place) =>
      sealPlace(nginxCrypto, key, binding, { ...place, path: hidePlace(place.path, own) }),
  })
  return { mapper, own, given }
}

const pairsOf = (query: string): string[] => query.split('&').filter((pair) => pair !== '')

interface Arguments {
  /** Of the channel's own address, in the source's list. */
  readonly own: readonly string[]
  /** Others that the address had when the viewer asked for it. */
  readonly viewers: readonly string[]
  /** Whether the viewer knows one of these. */
  readonly isKnown: (pair: string) => boolean
}

const argumentsOf = ({ channel, path, seal }: ManifestRequest): Arguments => {
  const record = readChannel(channel)
  const own = pairsOf(record?.query ?? '')
  const mark = path.indexOf('?')
  const asked = pairsOf(mark < 0 ? '' : path.slice(mark + 1))
  return {
    own,
    viewers: asked.filter((pair) => !own.includes(pair)),
    // Some of them may have been hidden: under that seal, or by a mark for one of the channel's values.
    isKnown: (pair) =>
      seal !== 'manifest' &&
      seal !== 'remote' &&
      (record === null || hideArguments(`?${pair}`, valuesOf(record)) === `?${pair}`),
  }
}

const valueIn =
  (query: string, { own, viewers, isKnown }: Arguments): ((name: string) => HlsVariable | null) =>
  (wanted) => {
    for (const pair of pairsOf(query.slice(1))) {
      const at = pair.indexOf('=')
      const name = at < 0 ? '' : decodePercent(pair.slice(0, at))
      // Reports of players are no part of what a copy is known by.
      if (name !== wanted || name === '' || name === 'CMCD') continue
      const value = decodePercent(pair.slice(at + 1))
      if (viewers.includes(pair) && isKnown(pair)) return { value, from: 'argument' }
      const isOwn = viewers.length === 0 || own.includes(pair)
      return { value, from: isOwn ? 'secret' : 'redirection' }
    }
    return null
  }

/** What other playlists of the channel may import: nothing that a viewer could have put there. */
const definitions = (variables: HlsVariables): HlsVariables =>
  Object.fromEntries(
    Object.entries(variables).filter(([, { from }]) => from === 'manifest' || from === 'secret'),
  )

const PLAIN_NAME = /^[\w-][\w.-]*$/

/** A name for an address that is hidden: its own, so that a player knows it by its ending. */
const nameFor = (address: string, values: readonly OwnValue[]): string => {
  const name = (address.split(/[?#]/, 1)[0] ?? '').replace(/^.*\//, '')
  if (holdsLogin(name, values)) return `file${/\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? ''}`
  return PLAIN_NAME.test(name) ? name : 'file'
}

function* rewritePlaylist(
  request: ManifestRequest,
  found: Fetched,
  { mapper, own, given }: Tools,
): Steps<Rewritten> {
  const logins = [...own, ...given]
  const hide = (address: string, isManifest: boolean): string | null =>
    mapper.hide(address, isManifest ? 'index.m3u8' : nameFor(address, logins))
  const list = yield* hlsSteps(found.text, {
    rewrite: (address) => mapper.rewrite(address),
    rewriteManifest: (address) => mapper.rewriteManifest(address, 'index.m3u8'),
    hide,
    inFull: (address) => inFull(address, request.rest),
    isSecret: (value) => holdsLogin(value, logins),
    argument: valueIn(found.address.query, argumentsOf(request)),
    isForAll: request.isForAll,
    imported: found.text.includes('IMPORT=') ? readDefinitions(request.channel) : {},
  })
  if (list.targetSec === null) keepDefinitions(request.channel, definitions(list.variables))
  const shown = hideEverywhere(maskLogins(list.text, own, false), logins, mapper)
  return {
    text: shown,
    isMarked: list.isMarked,
    type: 'application/vnd.apple.mpegurl',
    paceMs: pace(list.partSec ?? list.targetSec, list.isOver),
    compare: (before) => comparePlaylists(before, shown),
  }
}

function* alwaysSame(): Steps<Kinship> {
  yield
  return 'same'
}

/** Whether a text is no document of HLS or DASH: of a sealed address it may be JSON of any kind, and what a remote element refers to. An empty one tells nothing. */
const isOther = ({ text }: Fetched, seal: SealKind | null): boolean => {
  if (isHls(text) || isDash(text) || !/[^\s\uFEFF]/.test(text)) return false
  if (seal === 'remote') return false
  if (!/^[\s\uFEFF]*[{[]/.test(text)) return true
  return seal === null && rewriteJson(text, (address) => address) === null
}

/** What was fetched, or 404 in place of a patch whose references could lead anywhere; what is no document, and may hold a login, is unreadable. */
export const withoutUnclear = (
  { channel, rest, seal }: Pick<ManifestRequest, 'channel' | 'rest' | 'seal'>,
  found: Fetched,
): Fetched => {
  if (found.status !== 200) return found
  if (isOther(found, seal)) return { ...found, status: UNREADABLE, text: '' }
  return isUnclearPatch(found.text, baseUnderSeal(channel, rest)?.isUnclear === true)
    ? { ...found, status: 404, text: '' }
    : found
}

function* rewriteMpd(text: string, { mapper, own, given }: Tools): Steps<Rewritten> {
  // No origin guesses it.
  const sign = randomId()
  const manifest = yield* dashSteps(text, withFull(mapper, sign))
  const hidden = hideEverywhere(maskLogins(manifest.text, own, true), [...own, ...given], mapper)
  const isMarked = hidden.includes(sign)
  const shown = isMarked ? withMarks(hidden, sign) : hidden
  return {
    text: shown,
    isMarked,
    type: 'application/dash+xml',
    paceMs: pace(manifest.updateSec === 0 ? 2 : manifest.updateSec, manifest.isOver),
    compare: (before) => compareDash(before, shown),
  }
}

/** Rewrites what was fetched; `null` where the edge has no keys yet. What is no manifest stays as it is. */
export function* rewriteManifest(
  request: ManifestRequest,
  found: Fetched,
): Steps<Rewritten | null> {
  const { text } = found
  const tools = toolsFor(request, found)
  if (tools === null) return null
  if (isHls(text)) return yield* rewritePlaylist(request, found, tools)
  if (!isDash(text)) {
    const base = request.base()
    const json = rewriteJson(text, (address) => {
      const written = isFile(address)
        ? tools.mapper.rewrite(address)
        : tools.mapper.rewriteManifest(address, 'index.m3u8')
      return inFull(written, request.rest, base)
    })
    const shown = hideEverywhere(json ?? text, [...tools.own, ...tools.given], tools.mapper)
    return { text: shown, isMarked: false, type: null, paceMs: QUIET_MS, compare: alwaysSame }
  }
  return yield* rewriteMpd(request.isForAll ? withoutComments(text) : text, tools)
}
