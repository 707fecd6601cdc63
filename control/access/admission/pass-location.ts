import type { Situation } from './opening-context.ts'

/** Entry names our lists use, whatever the origin calls its own. */
const GENERIC_ENTRIES = /^(index\.m3u8|playlist\.m3u8|manifest\.mpd|stream\.ts|mpegts)?$/

/** Whether a path means the channel's own entry, which may be of another protocol. */
export const isGenericEntry = (rest: string): boolean => GENERIC_ENTRIES.test(rest)

/** Where the edge sends a player that was let in. */
export const locationOf = (pass: string, situation: Situation): string => {
  const { opening, channel } = situation
  const rest = isGenericEntry(opening.rest) ? channel.entry : opening.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
