import { splitSetCookies } from '../../domain/cookies/cookie.ts'
import { logError } from '../../platform/log.ts'
import { setCookies } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'
import { joinCookies, keepAll, setAll } from '../../verdicts/cookies.ts'
import { addressOf } from '../../verdicts/fetch-manifest.ts'

/** js_set, for `add_header`: hands on what origins set, under seal. Its own value is empty, since there may be several. */
export const handOnCookies = (r: Request): string => {
  try {
    const channel = variable(r, 'gh_channel')
    const from = addressOf(variable(r, 'gh_origin'), variable(r, 'gh_path'))
    const set = splitSetCookies(variable(r, 'upstream_http_set_cookie'))
    const kept = joinCookies(variable(r, 'gh_new_cookies'), keepAll(channel, set, from))
    setCookies(r, setAll(channel, kept, variable(r, 'gh_session_path')))
  } catch (problem) {
    logError('handOnCookies', problem)
  }
  return ''
}
