import { type Dispatcher, request } from 'undici'
import { createMapper } from '#domain/addresses/mapper'
import { mayGoTo } from '#domain/addresses/redirects'
import { resolveAddress } from '#domain/addresses/resolve'
import type { EdgeOrigin } from '#domain/channels/protocol'
import { isDash, rewriteDash } from '#domain/manifests/dash'
import { isHls, rewriteHls } from '#domain/manifests/hls'
import { say } from '../../sentences/sentences.ts'
import { type Channel, listedAddress } from '../catalogue/channel.ts'
import { createOriginAgent, NAMED_BY_ADDRESS, type OriginsReached } from '../fetch/origin-agent.ts'

/** A manifest, `null` when nothing usable answers; or another origin players are sent to for it. */
interface Fetched {
  /** The address that answered. */
  readonly url: string
  readonly manifest: string | null
  readonly movedTo: string | null
  /** Its certificate is one that edges refuse. */
  readonly isRefused: boolean
}

const TIMEOUT_MS = 3_000
const MAX_BYTES = 512 * 1024
const AT_ONCE = 8
const VARIANTS = 4
const REDIRECTIONS = 5
/** What does not end, or is too long to be read for a check. */
const ENDLESS = /^(?:video|audio\/(?!.*mpegurl)|application\/octet-stream)/i
const UNGUARDED = 'what lies there is not guarded'
/** Channels checked in one run: a service of thousands has a few kinds of manifest. */
export const CHECKED_CHANNELS = 200

const nothingAt = (url: string): Fetched => ({
  url,
  manifest: null,
  movedTo: null,
  isRefused: false,
})

const targetOf = (location: unknown, url: string): URL | null =>
  typeof location === 'string' && URL.canParse(location, url) ? new URL(location, url) : null

/** As an origin is written, also where its scheme has none: `rtsp://host:port`. */
const originOfTarget = ({ origin, protocol, host }: URL): string =>
  origin === 'null' ? `${protocol}//${host}` : origin

/** Whether edges go to an origin for a channel. */
type Allowed = (origin: string) => boolean

/** How manifests are fetched. */
interface Fetching {
  readonly isAllowed: Allowed
  readonly dispatcher: Dispatcher
  /** Warnings of origins whose certificates edges refuse, by origin. */
  readonly refused: Map<string, string>
}

/** Codes of OpenSSL's verification, and Node's of a name that does not fit. */
const REFUSED =
  /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED)/

const REASONS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: say('origin.other_name'),
  CERT_HAS_EXPIRED: say('origin.expired'),
  CERT_NOT_YET_VALID: say('origin.early'),
  DEPTH_ZERO_SELF_SIGNED_CERT: say('origin.self_signed'),
}

const refusalOf = (url: string, error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const { origin } = new URL(url)
  if (code === NAMED_BY_ADDRESS) return say('origin.by_address', { origin })
  if (!REFUSED.test(code)) return null
  const isUntrusted = /SELF_SIGNED|^UNABLE_TO_/.test(code)
  const usual = say(isUntrusted ? 'origin.unknown_issuer' : 'origin.invalid')
  const what = say('connection.coded', { what: REASONS[code] ?? usual, code })
  return say(isUntrusted ? 'origin.untrusted' : 'origin.refused', { origin, what })
}

/**
 * Fetches over HTTP with a short time-out and follows redirections, as edges do. Of what is no manifest only the head is read.
 */
const fetchFrom = async (url: string, fetching: Fetching, left: number): Promise<Fetched> => {
  const answer = await request(url, {
    dispatcher: fetching.dispatcher,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  }).catch((error: unknown) => {
    const refusal = refusalOf(url, error)
    if (refusal !== null) fetching.refused.set(new URL(url).origin, refusal)
    return refusal
  })
  if (answer === null || typeof answer === 'string')
    return { ...nothingAt(url), isRefused: answer !== null }
  const type = String(answer.headers['content-type'] ?? '')
  const length = Number(answer.headers['content-length'] ?? 0)
  if (answer.statusCode === 200 && length <= MAX_BYTES && !ENDLESS.test(type))
    return { ...nothingAt(url), manifest: await answer.body.text() }
  answer.body.on('error', () => undefined).destroy()
  const target = answer.statusCode >= 300 ? targetOf(answer.headers['location'], url) : null
  if (target === null || left === 0) return nothingAt(url)
  const movedTo = originOfTarget(target)
  if (!/^https?:/.test(movedTo) || !fetching.isAllowed(movedTo))
    return { ...nothingAt(url), movedTo }
  return await fetchFrom(target.href, fetching, left - 1)
}

const fetchManifest = async (url: string, fetching: Fetching): Promise<Fetched> =>
  await fetchFrom(url, fetching, REDIRECTIONS).catch(() => nothingAt(url))

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
        if (origin === at.origin) variants.add(origin + path + query)
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

/** The entry of a stream: where it leads, and whether it is one. */
const checkStream = async (channel: Channel, fetching: Fetching): Promise<string[]> => {
  const { id } = channel
  const { movedTo, manifest } = await fetchManifest(listedAddress(channel), fetching)
  if (movedTo !== null)
    return [`${id}: its origin sends players on to ${movedTo}, past the edge: ${UNGUARDED}`]
  if (manifest !== null && /^[\s\uFEFF]*#EXTM3U|<(?:\w+:)?MPD[\s>]/.test(manifest))
    return [
      `${id}: its origin answers with a manifest, and its list says MPEG-TS: write #KODIPROP:mimetype=application/x-mpegURL (or dash+xml) above its address`,
    ]
  return []
}

const checkChannel = async (channel: Channel, fetching: Fetching): Promise<string[]> => {
  const { id } = channel
  if (channel.protocol === 'mpegts') return await checkStream(channel, fetching)
  const { manifest, movedTo, url, isRefused } = await fetchManifest(
    listedAddress(channel),
    fetching,
  )
  if (movedTo !== null)
    return [`${id}: its origin sends players on to ${movedTo}, past the edge: ${UNGUARDED}`]
  if (isRefused) return []
  if (manifest === null) return [`${id}: its origin does not answer with a manifest`]
  const entry = leadsOf(manifest, url, fetching.isAllowed)
  const variants = await Promise.all(
    entry.variants.map((variant) => fetchManifest(variant, fetching)),
  )
  const named = variants.flatMap((it) =>
    it.manifest === null ? [] : leadsOf(it.manifest, it.url, fetching.isAllowed).past,
  )
  const moved = variants.flatMap((it) => it.movedTo ?? [])
  const foreign = new Set([...entry.past, ...named, ...moved])
  return [...foreign].map(
    (other) => `${id}: its manifest sends players to ${other}, past the edge: ${UNGUARDED}`,
  )
}

/**
 * Reads the manifests of the first channels, and asks their streams, and reports those that lead players past the edge: to origins that are
 * neither theirs nor one of `origins` nor allowed by its `redirects`. What each origin's certificate is refused for is reported once.
 */
export const checkManifests = async (
  channels: readonly Channel[],
  origins: readonly EdgeOrigin[],
  reached: OriginsReached,
): Promise<string[]> => {
  const looked = channels.slice(0, CHECKED_CHANNELS)
  const warnings: string[] = []
  const refused = new Map<string, string>()
  const dispatcher = createOriginAgent(() => reached)
  for (let at = 0; at < looked.length; at += AT_ONCE) {
    const batch = looked.slice(at, at + AT_ONCE)
    const found = await Promise.all(
      batch.map(async (channel) => {
        const isAllowed: Allowed = (other) => mayGoTo(origins, channel.origin, other)
        return await checkChannel(channel, { isAllowed, dispatcher, refused })
      }),
    )
    warnings.push(...found.flat())
  }
  await dispatcher.destroy()
  return [...refused.values(), ...warnings]
}
