import { request } from 'undici'
import type { Channel } from './channel.ts'

/** Fetches a manifest; `null` when nothing usable answers. */
export type FetchManifest = (url: string) => Promise<string | null>

const TIMEOUT_MS = 3_000
const MAX_BYTES = 512 * 1024
const AT_ONCE = 8
const VARIANTS = 4
/** Channels looked at in one go: a service of thousands has a few kinds of manifest. */
export const CHECKED_CHANNELS = 200

/** Fetches over HTTP with a short patience. */
export const fetchManifest: FetchManifest = async (url) => {
  try {
    const answer = await request(url, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
    const length = Number(answer.headers['content-length'] ?? 0)
    if (answer.statusCode !== 200 || length > MAX_BYTES) {
      await answer.body.dump()
      return null
    }
    return await answer.body.text()
  } catch {
    return null
  }
}

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

const checkChannel = async (channel: Channel, fetch: FetchManifest): Promise<string[]> => {
  const { id, origin, base, entry, query } = channel
  const url = `${origin}${base}${entry}${query === '' ? '' : `?${query}`}`
  const manifest = await fetch(url)
  if (manifest === null) return [`${id}: its origin does not answer with a manifest`]
  const variants = await Promise.all(variantsOf(manifest, url, origin).map(fetch))
  const found = [manifest, ...variants.filter((text) => text !== null)]
  const foreign = new Set(found.flatMap((text) => foreignOrigins(text, origin)))
  return [...foreign].map(
    (other) =>
      `${id}: its manifest sends players to ${other}, past the edge: what lies there is not guarded`,
  )
}

/** Reads the manifests of the first channels and tells which lead players past the edge. */
export const checkManifests = async (
  channels: readonly Channel[],
  fetch: FetchManifest = fetchManifest,
): Promise<string[]> => {
  const looked = channels.filter(({ protocol }) => protocol !== 'mpegts').slice(0, CHECKED_CHANNELS)
  const warnings: string[] = []
  for (let at = 0; at < looked.length; at += AT_ONCE) {
    const batch = looked.slice(at, at + AT_ONCE)
    const found = await Promise.all(
      batch.map(async (channel) => await checkChannel(channel, fetch)),
    )
    warnings.push(...found.flat())
  }
  return warnings
}
