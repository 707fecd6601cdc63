import { addressOf, resolveAddress } from '../../domain/addresses/resolve.ts'
import { splitSetCookies } from '../../domain/cookies/cookie.ts'
import { logError } from '../../platform/log.ts'
import { answer } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'
import { hasSafeHeaders } from '../../state/lately/safe-headers.ts'
import { notePast } from '../../state/reports.ts'
import { joinCookies, keepAll } from '../../verdicts/cookies.ts'
import { MOST_REDIRECTIONS } from '../../verdicts/fetch-manifest.ts'
import { mayLeadTo } from '../../verdicts/origin.ts'

/** js_content: where a redirection of an origin leads, for the request that met it: 204, or 403 where the edge does not go. */
export const resolveRedirection = (r: Request): void => {
  try {
    const from = addressOf(variable(r, 'http_x_gh_origin'), variable(r, 'http_x_gh_path'))
    const channel = variable(r, 'http_x_gh_channel')
    const target = resolveAddress(variable(r, 'http_x_gh_location').trim(), from)
    const isTooFar = variable(r, 'http_x_gh_hops').length > MOST_REDIRECTIONS
    if (isTooFar || target === null) return answer(r, 403, {})
    if (!mayLeadTo(channel, target.origin)) {
      notePast(channel, target.origin)
      return answer(r, 403, {})
    }
    const set = splitSetCookies(variable(r, 'http_x_gh_set_cookie'))
    return answer(r, 204, {
      'X-Gh-Origin': target.origin,
      'X-Gh-Safe-Headers': hasSafeHeaders(target.origin) ? '1' : '',
      'X-Gh-Path': target.path + target.query,
      'X-Gh-New-Cookies': joinCookies(
        variable(r, 'http_x_gh_new_cookies'),
        keepAll(channel, set, from),
      ),
    })
  } catch (problem) {
    logError('resolveRedirection', problem)
    return answer(r, 403, {})
  }
}
