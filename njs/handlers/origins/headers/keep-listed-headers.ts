import type { Request } from '../../../platform/request.ts'
import { keepListed } from '../../../verdicts/headers/keep-listed.ts'
import { answered } from '../../../verdicts/known-session.ts'

/**
 * js_header_filter: of an origin's headers those that players read reach viewers, without logins; what else it says, under any name, where it tells nothing. Of most segments
 * nothing is left to look at but an ETag that is hidden, where the channel's address has a login; each function called costs 0.5 µs.
 */
export const keepListedHeaders = (r: Request): void => {
  const { own } = answered
  if (own.length > 0) {
    const { variables } = r
    const tag = variables['upstream_http_etag'] ?? ''
    for (const { isLogin, text } of own)
      if (isLogin && tag.includes(text)) variables['gh_telling_etag'] = '1'
  }
  if (r.rawHeadersOut.length > 0) keepListed(r)
}
