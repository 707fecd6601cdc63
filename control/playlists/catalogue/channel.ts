import { loginWords, withLogin } from '#domain/addresses/resolve'
import type { Protocol } from '#domain/types'
import type { PlaylistEntry } from '../m3u/playlist.ts'

/** Where the edge fetches a channel from. */
export interface ChannelOrigin {
  /** Scheme, host and port: `http://127.0.0.1:9000`. */
  readonly origin: string
  /** User and password before its host, in base64 (`encodeLogin`); nowhere shown. Missing without one. */
  readonly login?: string
  /** The directory of the entry, with both slashes. */
  readonly base: string
  /** The entry's file name; empty for an address that ends in a slash. */
  readonly entry: string
  /** Without the question mark. */
  readonly query: string
  readonly protocol: Protocol
  /** Nothing says which protocol it is, or not truly: `protocol` is what most such addresses are, until the origin is asked. */
  readonly isUnsure: boolean
  /** Its origin was asked, by control or by an edge, and `protocol` is what it answered with. */
  readonly isLearned?: true
  readonly isVod: boolean
}

/** What a channel is called, as far as rules and selections look at it. */
export interface EntryNames {
  readonly id: string
  readonly tvgId: string
  readonly name: string
  readonly titles: readonly string[]
}

/** One stream a group's list may offer. */
export interface Channel extends ChannelOrigin {
  readonly id: string
  readonly name: string
  readonly titles: readonly string[]
  /** Name of the source it came from. */
  readonly source: string
  /** Its directory also has files of other channels. */
  readonly isClosed: boolean
  readonly item: PlaylistEntry
  /** Address of its logo where that holds a login of the provider, which `item` has no more: never shown as it is. */
  readonly hiddenLogo?: string
  /** What its address was called before it got its present names, oldest first; several where several entries had it. They may close it, and never open it. */
  readonly former?: readonly (readonly EntryNames[])[]
  /** What other entries of its address are called: what leaves one of them out by name leaves out all. */
  readonly beside?: readonly EntryNames[]
}

/** Where the list says that the channel is. */
export const listedAddress = ({ origin, base, entry, query }: ChannelOrigin): string =>
  `${origin}${base}${entry}${query === '' ? '' : `?${query}`}`

/** The same as it is fetched, with the login that the list has for it: nowhere shown. */
export const fetchedAddress = (channel: ChannelOrigin): string => {
  const address = listedAddress(channel)
  if (channel.login === undefined) return address
  const words = loginWords(withLogin(channel.origin, channel.login)).map(encodeURIComponent)
  return address.replace('//', () => `//${words.join(':')}@`)
}

/** The address at which an origin is asked for the protocol; `null` where the list says it. */
export const askAddress = (channel: ChannelOrigin): string | null =>
  channel.isUnsure ? fetchedAddress(channel) : null
