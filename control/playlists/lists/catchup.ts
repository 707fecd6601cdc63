import type { Channel } from '../catalogue/channel.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'

const absolute = /^(https?:\/\/)(?:[^/?#@]*@)?([^/?#]+)(\/[^?#]*)?(.*)$/i

/** What of an archive address belongs to the channel's origin; the rest is kept as a template. */
const splitSource = (source: string): { origin: string; path: string; tail: string } | null => {
  const found = absolute.exec(source)
  const start = `${found?.[1] ?? ''}${found?.[2] ?? ''}`
  if (!found || !URL.canParse(start)) return null
  return { origin: new URL(start).origin, path: found[3] ?? '/', tail: found[4] ?? '' }
}

/** The path below the channel for a `catchup-source` of its own directory; `null` where it is relative or foreign, empty where it lies elsewhere at its origin. */
export const catchupPath = (channel: Channel, source: string): string | null => {
  const parts = splitSource(source)
  if (parts?.origin !== channel.origin) return null
  const { path, tail } = parts
  // Elsewhere nothing opens that no manifest named, and the address itself may hold the provider's login.
  return path.startsWith(channel.base) ? path.slice(channel.base.length) + tail : ''
}

/** Which part of a channel's archive does not pass through the edge; `null` = none. */
export const catchupProblem = (channel: Channel): string | null => {
  if (channel.item.info === null || !/catchup/i.test(channel.item.info)) return null
  const { attributes } = parseInfoLine(channel.item.info)
  const parts = splitSource(attributeOf(attributes, 'catchup-source'))
  if (parts && parts.origin !== channel.origin)
    return `its archive lies on ${parts.origin}, past the edge: players go there without a ticket`
  if (parts && !parts.path.startsWith(channel.base))
    return 'its archive lies outside its directory, where no session gets: it is left out of the lists'
  if (attributeOf(attributes, 'catchup').toLowerCase() === 'xc')
    return 'catchup="xc" builds addresses outside the channel; give it a catchup-source'
  return null
}
