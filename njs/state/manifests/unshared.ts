import { nginxCrypto } from '../../platform/crypto.ts'
import { countIn, texts, trySet } from '../memory.ts'
import { noteUnshared } from '../reports.ts'
import { keepUnshared } from './copies.ts'

/** Found out once, it holds while somebody asks at least once a day: each new trial would give somebody another's manifest. */
const KEPT_MS = 86_400_000
/** How long the mark in place of the copy holds, which is set anew by this one. */
const UNSHARED_MS = 3_600_000
/** Playlists that go back so often within so long are those of several viewers; a channel that began anew goes back once. */
const BACK_MS = 60_000
const MOST_BACK = 1

/** What a copy is of. */
export interface CopyOf {
  /** Its key. */
  readonly copy: string
  readonly channel: string
  readonly origin: string
}

/** Arguments by which a player says how it wants a playlist delivered (RFC 8216bis, section 6.2.5). */
const DIRECTIVE = /&_HLS_(?:msn|part|skip)=[^& ]*/g

/** What stands for a manifest, however its player wants it, whatever else is in the channel table: one of 4,096 places, and a hash. */
const markOf = ({ copy, origin }: CopyOf): readonly [place: string, hash: string] => {
  const name = copy.slice(copy.indexOf(' ') + 1).replace(/\?/g, '&')
  const hash = nginxCrypto.sha256(`${origin} ${name.replace(DIRECTIVE, '')}`)
  return [`! ${hash.slice(0, 2)}`, hash]
}

/** Marks a manifest as written for each viewer, and tells control. */
export const markUnshared = (of: CopyOf): void => {
  keepUnshared(of.copy, UNSHARED_MS)
  trySet(texts('gh_manifests'), ...markOf(of), KEPT_MS)
  noteUnshared(of.channel, of.origin)
}

/** Whether it was found to be written for each viewer, under another key or some time ago; marks it anew. */
export const wasUnshared = (of: CopyOf): boolean => {
  const [place, hash] = markOf(of)
  if (texts('gh_manifests').get(place) !== hash) return false
  markUnshared(of)
  return true
}

/** Counts a copy that is from before the one it takes the place of; whether those of several viewers must be among them. */
export const goesBackAndForth = ({ copy }: CopyOf): boolean =>
  countIn('gh_flights', `back ${copy}`, BACK_MS) > MOST_BACK
