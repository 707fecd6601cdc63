import { createMapper, type Mapper } from '../domain/addresses/mapper.ts'
import { mayGoTo } from '../domain/addresses/redirects.ts'
import { type SealKind, sealPlace } from '../domain/addresses/seal.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { isDash, isSameDash, rewriteDash } from '../domain/manifests/dash.ts'
import { isHls, isMovedOn, rewriteHls } from '../domain/manifests/hls.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { keepDefinitions, readDefinitions } from '../state/manifests/copies.ts'
import { currentKid, secretOf } from '../state/memory.ts'
import { type Fetched, knownOrigins } from './fetch-manifest.ts'
import { isOthers, placeOfChannel, readChannel } from './origin.ts'

/** A manifest as viewers get it. */
export interface Rewritten {
  readonly text: string
  /** `null` = as the origin says. */
  readonly type: string | null
  /** Milliseconds between two changes, as far as it says. */
  readonly paceMs: number
  /** Whether this later copy is the earlier one moved on, and no other viewer's. */
  follows(before: string): boolean
}

/** What was asked for. */
export interface ManifestRequest {
  readonly channel: string
  readonly rest: string
  readonly seal: SealKind | null
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

const mapperFor = (request: ManifestRequest, found: Fetched): Mapper | null => {
  const record = readChannel(request.channel)
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (record === null || kid === null || secret === null) return null
  const origins = knownOrigins()
  const binding = { channel: request.channel, origin: record.origin }
  return createMapper({
    channel: placeOfChannel(record),
    manifest: found.address,
    isMoved: found.isMoved,
    rest: request.rest,
    seal: request.seal,
    isAllowed: (origin) => mayGoTo(origins, record.origin, origin),
    isOthers: (origin, path) => isOthers(request.channel, origin, path),
    sealOf: (place) => sealPlace(nginxCrypto, { kid, secret }, binding, place),
  })
}

const argumentOf = (query: string, wanted: string): string | null => {
  for (const pair of query.slice(1).split('&')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at) === wanted) return decodePercent(pair.slice(at + 1))
  }
  return null
}

const rewritePlaylist = (request: ManifestRequest, found: Fetched, mapper: Mapper): Rewritten => {
  const imported = found.text.includes('IMPORT=') ? readDefinitions(request.channel) : {}
  const list = rewriteHls(found.text, {
    rewrite: (address) => mapper.rewrite(address),
    argument: (name) => argumentOf(found.address.query, name),
    imported,
  })
  if (list.targetSec === null) keepDefinitions(request.channel, list.variables)
  return {
    text: list.text,
    type: 'application/vnd.apple.mpegurl',
    paceMs: pace(list.partSec ?? list.targetSec, list.isOver),
    follows: (before) => isMovedOn(before, list.text),
  }
}

/** Rewrites what was fetched; `null` where the edge has no keys yet. What is no manifest stays as it is. */
export const rewriteManifest = (request: ManifestRequest, found: Fetched): Rewritten | null => {
  const { text } = found
  const mapper = mapperFor(request, found)
  if (mapper === null) return null
  if (isHls(text)) return rewritePlaylist(request, found, mapper)
  if (!isDash(text)) return { text, type: null, paceMs: QUIET_MS, follows: () => true }
  const manifest = rewriteDash(text, mapper)
  const seconds = manifest.updateSec === 0 ? 2 : manifest.updateSec
  return {
    text: manifest.text,
    type: 'application/dash+xml',
    paceMs: pace(seconds, manifest.isOver),
    follows: (before) => isSameDash(before, manifest.text),
  }
}
