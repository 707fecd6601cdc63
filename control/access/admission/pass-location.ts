import { isGenericEntry } from '#domain/channels/channel'
import type { OpeningContext } from './opening-context.ts'

/** Where the edge sends a player that was let in. */
export const passLocationOf = (pass: string, context: OpeningContext): string => {
  const { opening, channel } = context
  const rest = isGenericEntry(opening.rest) ? channel.entry : opening.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
