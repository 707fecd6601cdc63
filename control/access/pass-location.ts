import type { Situation } from './situation.ts'

/** Entry names our lists use, whatever the origin calls its own. */
const GENERIC_ENTRIES = /^(index\.m3u8|playlist\.m3u8|manifest\.mpd|stream\.ts|mpegts)?$/

/** Where the edge sends a player that was let in. */
export const locationOf = (pass: string, situation: Situation): string => {
  const { opening, channel } = situation
  const rest = GENERIC_ENTRIES.test(opening.rest) ? channel.entry : opening.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
