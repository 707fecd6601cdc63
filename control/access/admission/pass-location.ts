import { isGenericEntry } from '#domain/channels/channel'
import type { Situation } from './opening-context.ts'

/** Where the edge sends a player that was let in. */
export const locationOf = (pass: string, situation: Situation): string => {
  const { opening, channel } = situation
  const rest = isGenericEntry(opening.rest) ? channel.entry : opening.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
