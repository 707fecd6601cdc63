import { createMapper } from '#domain/addresses/mapper'
import { mayGoTo } from '#domain/addresses/redirects'
import { hostOfOrigin, resolveAddress } from '#domain/addresses/resolve'
import type { EdgeOrigin } from '#domain/channels/protocol'
import { isDash, rewriteDash } from '#domain/manifests/dash'
import { isHls, rewriteHls } from '#domain/manifests/hls'
import { compareDash, comparePlaylists } from '#domain/manifests/same-manifest'
import { finish } from '#domain/steps'
import { say } from '../../sentences/sentences.ts'
import { type Channel, fetchedAddress } from '../catalogue/channel.ts'
import {
  type Allowed,
  type FetchedManifest,
  type Fetching,
  fetchManifest,
} from '../fetch/fetch-manifest.ts'
import { createOriginAgent, type OriginsReached } from '../fetch/origin-agent.ts'
import { sample } from './sample.ts'

const AT_ONCE = 8
const VARIANTS = 4
const UNGUARDED = 'what lies there is not guarded'
/** Channels checked in one run: a service of thousands has a few kinds of manifest. */
export const CHECKED_CHANNELS = 200

/** What is wrong with a channel: a warning of its own, or a fault it may have in common with others. */
type Found =
  | { readonly text: string }
  | { readonly id: string; readonly origin: string; readonly fault: string }

/** Where a manifest leads. */
interface Leads {
  /** Origins that edges do not go to. */
  readonly past: readonly string[]
  /** Playlists that it names at its channel's origin. */
  readonly variants: readonly string[]
}

/** Reads a manifest as edges do. */
export const leadsOf = (manifest: string, url: string, isAllowed: Allowed): Leads => {
  const past = new Set<string>()
  const variants = new Set<string>()
  const at = resolveAddress(url, { origin: '', path: '/', query: '' })
  if (at === null) return { past: [], variants: [] }
  const login = (): string => `//${/^https?:\/\/([^/?#]*@)/i.exec(url)?.[1] ?? ''}`
  const mapper = createMapper({
    channel: { origin: at.origin, base: '/', isClosed: false, isShared: false },
    manifest: at,
    isMoved: false,
    rest: '',
    seal: null,
    ownValues: [],
    isAllowed: (origin) => {
      const may = isAllowed(origin)
      if (!may) past.add(origin)
      return may
    },
    isOthers: () => false,
    sealOf: () => '',
  })
  if (isHls(manifest))
    rewriteHls(manifest, {
      rewrite: (address) => mapper.rewrite(address),
      rewriteManifest: (address) => {
        const { origin, path, query } = resolveAddress(address, at) ?? {
          origin: '',
          path: '',
          query: '',
        }
        if (origin === at.origin) variants.add((origin + path + query).replace('//', login))
        return mapper.rewriteManifest(address, 'index.m3u8')
      },
      hide: (address) => mapper.hide(address, 'file'),
      inFull: (address) => address,
      argument: () => null,
      imported: {},
    })
  else if (isDash(manifest)) rewriteDash(manifest, mapper)
  return { past: [...past], variants: [...variants].slice(0, VARIANTS) }
}

const isManifest = (text: string): boolean => isHls(text) || isDash(text)

/** Whether the entry of a stream is one. */
const checkStream = ({ id }: Channel, { manifest }: FetchedManifest): Found[] =>
  manifest !== null && isManifest(manifest)
    ? [
        {
          text: `${id}: its origin answers with a manifest, and its list says MPEG-TS: write #KODIPROP:mimetype=application/x-mpegURL (or dash+xml) above its address`,
        },
      ]
    : []

/** Whether its origin answers two requests in a row with manifests of two viewers. */
const isUnshared = async (
  { url, manifest }: FetchedManifest,
  fetching: Fetching,
): Promise<boolean> => {
  if (manifest === null) return false
  const { manifest: later } = await fetchManifest(url, fetching)
  if (later === null) return false
  const compare = isHls(manifest) ? comparePlaylists : compareDash
  return finish(compare(manifest, later)) === 'other'
}

const checkChannel = async (
  channel: Channel,
  fetching: Fetching,
  isShared: boolean,
): Promise<Found[]> => {
  const { id } = channel
  const fetched = await fetchManifest(fetchedAddress(channel), fetching)
  const { manifest, movedTo, url, isRefused, fault } = fetched
  if (movedTo !== null)
    return [
      { text: `${id}: its origin sends players on to ${movedTo}, past the edge: ${UNGUARDED}` },
    ]
  if (isRefused) return []
  const { origin } = new URL(url)
  if (fault !== null) return [{ id, origin, fault }]
  if (channel.protocol === 'mpegts') return checkStream(channel, fetched)
  if (manifest === null || !isManifest(manifest))
    return channel.isUnsure ? [] : [{ id, origin, fault: say('origin.no_manifest') }]
  const entry = leadsOf(manifest, url, fetching.isAllowed)
  const variants = await Promise.all(
    entry.variants.map((variant) => fetchManifest(variant, fetching)),
  )
  const named = variants.flatMap((it) =>
    it.manifest === null ? [] : leadsOf(it.manifest, it.url, fetching.isAllowed).past,
  )
  const moved = variants.flatMap((it) => it.movedTo ?? [])
  const foreign = new Set([...entry.past, ...named, ...moved])
  const unshared = isShared && (await isUnshared(fetched, fetching))
  return [
    ...[...foreign].map((other) => ({
      text: `${id}: its manifest sends players to ${other}, past the edge: ${UNGUARDED}`,
    })),
    ...(unshared ? [{ id, origin, fault: say('origin.unshared') }] : []),
  ]
}

/** Warnings; what channels of one origin have in common is said once. */
const warningsOf = (found: readonly Found[]): string[] => {
  const faults = new Map<string, string[]>()
  for (const it of found) {
    if ('text' in it) continue
    const key = `${it.origin} ${it.fault}`
    faults.set(key, [...(faults.get(key) ?? []), it.id])
  }
  return [
    ...found.flatMap((it) => ('text' in it ? [it.text] : [])),
    ...[...faults].map(([what, ids]) => `${sample(ids)}: ${what}`),
  ]
}

/**
 * Reads the manifests of the first channels, and asks their streams, and reports those that lead players past the edge: to origins that are
 * neither theirs nor one of `origins` nor allowed by its `redirects`. What an origin's certificate is refused for, and what it answers in place of content, is reported once.
 */
export const checkManifests = async (
  channels: readonly Channel[],
  origins: readonly EdgeOrigin[],
  reached: OriginsReached,
): Promise<string[]> => {
  const looked = channels.slice(0, CHECKED_CHANNELS)
  const found: Found[] = []
  const refused = new Map<string, string>()
  const dispatcher = createOriginAgent(() => reached)
  for (let at = 0; at < looked.length; at += AT_ONCE) {
    const batch = looked.slice(at, at + AT_ONCE)
    const checked = await Promise.all(
      batch.map(async (channel) => {
        const isAllowed: Allowed = (other) => mayGoTo(origins, channel.origin, other)
        const host = hostOfOrigin(channel.origin)
        const isShared = origins.every((it) => it.host !== host || it.shares)
        return await checkChannel(channel, { isAllowed, dispatcher, refused }, isShared)
      }),
    )
    found.push(...checked.flat())
  }
  await dispatcher.destroy()
  return [...refused.values(), ...warningsOf(found)]
}
