import { setVariables } from '../../../platform/reply.ts'
import { type Request, variablesOf } from '../../../platform/request.ts'
import { keepListed } from '../../../verdicts/headers/keep-listed.ts'
import { tellsLogin } from '../../../verdicts/headers/telling-headers.ts'
import { answered } from '../../../verdicts/known-session.ts'

/**
 * js_header_filter: of an origin's headers those that players read reach viewers, without logins; whatever else it says, under any name, stays here. Of most segments
 * nothing is left to look at, and each function called costs 0.5 µs: an ETag is hidden, and looked at where the channel's address has a login.
 */
export const keepListedHeaders = (r: Request): void => {
  if (answered.hasNoLogin && r.rawHeadersOut.length < 1) return
  const variables = variablesOf(r)
  if (tellsLogin(variables, variables['upstream_http_etag'] ?? ''))
    setVariables(r, { gh_telling_etag: '1' })
  keepListed(r)
}
