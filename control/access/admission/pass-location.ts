import { entryUnderPass, isGenericEntry } from '#domain/channels/channel'
import type { OpeningContext } from './opening-context.ts'

/** The path of an admitted session, for the `Location` header. */
export const passLocationOf = (pass: string, context: OpeningContext): string => {
  const { opening, channel } = context
  const rest = isGenericEntry(opening.rest) ? entryUnderPass(channel) : opening.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
