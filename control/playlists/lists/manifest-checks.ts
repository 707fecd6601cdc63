import { request } from 'undici'
import type { Channel } from '../catalogue/channel.ts'

/** A manifest, `null` when nothing usable answers; or another origin players are sent to for it. */
interface Fetched {
  /** The address that answered. */
  readonly url: string
  readonly manifest: string | null
  readonly movedTo: string | null
}

const TIMEOUT_MS = 3_000
const MAX_BYTES = 512 * 1024
const AT_ONCE = 8
const VARIANTS = 4
const REDIRECTIONS = 3
const UNGUARDED = 'what lies there is not guarded'
/** Channels checked in one run: a service of thousands has a few kinds of manifest. */
export const CHECKED_CHANNELS = 200

const nothingAt = (url: string): Fetched => ({ url, manifest: null, movedTo: null })

const targetOf = (location: unknown, url: string): URL | null =>
  typeof location === 'string' && URL.canParse(location, url) ? new URL(location, url) : null

/**
 * Fetches over HTTP with a short time-out and follows redirections, as players do under their pass.
 */
const fetchFrom = async (url: string, left: number): Promise<Fetched> => {
  const answer = await request(url, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  const length = Number(answer.headers['content-length'] ?? 0)
  if (answer.statusCode === 200 && length <= MAX_BYTES)
    return { url, manifest: await answer.body.text(), movedTo: null }
  await answer.body.dump()
  const target = answer.statusCode >= 300 ? targetOf(answer.headers['location'], url) : null
  if (target === null || left === 0) return nothingAt(url)
  if (target.origin !== new URL(url).origin) return { ...nothingAt(url), movedTo: target.origin }
  return await fetchFrom(target.href, left - 1)
}

const fetchManifest = async (url: string): Promise<Fetched> =>
  await fetchFrom(url, REDIRECTIONS).catch(() => nothingAt(url))

/** Every address a manifest names: lines, `URI="…"`, DASH's BaseURL and templates. */
export const addressesIn = (manifest: string): string[] => {
  const lines = manifest.split(/\r?\n/).map((line) => line.trim())
  const plain = lines.filter(
    (line) => line !== '' && !line.startsWith('#') && !line.startsWith('<'),
  )
  const quoted = [...manifest.matchAll(/(?:URI|media|initialization|sourceURL)="([^"]+)"/g)]
  const bases = [...manifest.matchAll(/<BaseURL[^>]*>([^<]+)<\/BaseURL>/g)]
  return [...plain, ...[...quoted, ...bases].map(([, address = '']) => address.trim())]
}

const originOf = (address: string): string | null => {
  if (!/^(https?:)?\/\//i.test(address)) return null
  return URL.canParse(address, 'http://x') ? new URL(address, 'http://x').origin : null
}

/** Origins a manifest sends players to besides its own. */
export const foreignOrigins = (manifest: string, own: string): string[] => {
  const origins = addressesIn(manifest).map(originOf)
  return [
    ...new Set(origins.filter((origin): origin is string => origin !== null && origin !== own)),
  ]
}

const variantsOf = (manifest: string, url: string, own: string): string[] =>
  addressesIn(manifest)
    .filter((address) => /\.m3u8(\?|$)/i.test(address) && URL.canParse(address, url))
    .map((address) => new URL(address, url).href)
    .filter((address) => new URL(address).origin === own)
    .slice(0, VARIANTS)

const entryOf = ({ origin, base, entry, query }: Channel): string =>
  `${origin}${base}${entry}${query === '' ? '' : `?${query}`}`

const checkChannel = async (channel: Channel): Promise<string[]> => {
  const { id, origin } = channel
  const { manifest, movedTo, url } = await fetchManifest(entryOf(channel))
  if (movedTo !== null)
    return [`${id}: its origin sends players on to ${movedTo}, past the edge: ${UNGUARDED}`]
  if (manifest === null) return [`${id}: its origin does not answer with a manifest`]
  const variants = await Promise.all(variantsOf(manifest, url, origin).map(fetchManifest))
  const found = [manifest, ...variants.flatMap((it) => it.manifest ?? [])]
  const moved = variants.flatMap((it) => it.movedTo ?? [])
  const foreign = new Set([...found.flatMap((text) => foreignOrigins(text, origin)), ...moved])
  return [...foreign].map(
    (other) => `${id}: its manifest sends players to ${other}, past the edge: ${UNGUARDED}`,
  )
}

/**
 * Reads the manifests of the first channels and reports those whose addresses lead players past the
 * edge.
 */
export const checkManifests = async (channels: readonly Channel[]): Promise<string[]> => {
  const looked = channels.filter(({ protocol }) => protocol !== 'mpegts').slice(0, CHECKED_CHANNELS)
  const warnings: string[] = []
  for (let at = 0; at < looked.length; at += AT_ONCE) {
    const batch = looked.slice(at, at + AT_ONCE)
    const found = await Promise.all(batch.map(async (channel) => await checkChannel(channel)))
    warnings.push(...found.flat())
  }
  return warnings
}
