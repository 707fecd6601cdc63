import { memoize } from '#domain/memoize'
import type { PlayRecord } from '#domain/types'

/** A television stays where it is; a phone or tablet travels; a computer may do either. */
export type DeviceClass = 'television' | 'portable' | 'computer' | 'unknown'

const TELEVISION =
  /\b(tv|roku|tizen|webos|netcast|xbox|playstation|ps[345]|chromecast|shield|bravia|fire ?tv|aft[a-z]{1,4}|apple ?tv|tvos|htpc|kodi|libreelec|lg|vidaa|philips|sony|panasonic|mag\d*|enigma2|stb|set.?top|tivimate|ott-navigator|perfect-player|televizo|formuler|ott navigator|perfect player|stbapp|hbbtv|web0s|mibox\w*|android ?tv|google ?tv|smart.?tv|dlna)\b/i
const PORTABLE = /\b(ios|ipados|iphone|ipad|android|mobile|phone|tablet)\b/i
const COMPUTER =
  /\b(windows|macos|mac|osx|linux|chromeos|chrome|firefox|safari|edge|opera|web|desktop|laptop|vlc|mpv|ffmpeg)\b/i

/** The class of a play's device, from the platform and client its player reports. */
export const deviceClass = (
  play: Pick<PlayRecord, 'platform' | 'client' | 'agent'>,
): DeviceClass => {
  return classOfWords(`${play.platform ?? ''} ${play.agent ?? play.client ?? ''}`)
}

const classOfWords = memoize((words: string): DeviceClass => {
  if (TELEVISION.test(words)) return 'television'
  if (PORTABLE.test(words)) return 'portable'
  return COMPUTER.test(words) ? 'computer' : 'unknown'
})

// User-Agents of televisions and set-top boxes; not of apps, which run on phones too.
const SET =
  /\b(smart-?tv|web0s|tizen|stbapp|mag\d*|enigma\w*|formuler|aft[a-z0-9]{1,5}|apple tv|mibox\w*|libreelec|roku|bravia|playstation|xbox)\b/i

/** Whether a play's User-Agent is that of a television or set-top box; false for apps, which run on phones too. */
export const isStandingSet = ({ agent }: Pick<PlayRecord, 'agent'>): boolean =>
  agent !== null && agent !== undefined && isSetAgent(agent)

const isSetAgent = memoize((agent: string): boolean => SET.test(agent))

const NAMES: Readonly<Record<DeviceClass, string>> = {
  television: 'television',
  portable: 'phone or tablet',
  computer: 'computer',
  unknown: 'device',
}

/** The class as a word, for summaries. */
export const deviceClassName = (kind: DeviceClass): string => NAMES[kind]

const RANKS: Readonly<Record<DeviceClass, number>> = {
  unknown: 0,
  portable: 1,
  computer: 2,
  television: 3,
}

/** Rank by how stationary a class is; a television ranks highest. */
export const deviceClassRank = (kind: DeviceClass): number => RANKS[kind]
