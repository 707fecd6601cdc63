import { entryUnderPass, isGenericEntry } from '#domain/channels/channel'
import type { OpeningContext } from './opening-context.ts'

/** The path of an admitted session, for the `Location` header. */
export const passLocationOf = (pass: string, context: OpeningContext): string => {
  const { opening, channel } = context
  const rest = isGenericEntry(opening.rest) ? entryUnderPass(channel) : opening.rest
  // The mark of an archive elsewhere is compared as it stands.
  const path = rest.split('/').map(encodeURIComponent).join('/').replace(/^%40/, '@')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}
