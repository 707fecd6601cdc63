import { addressOf } from '../../domain/addresses/resolve.ts'
import { logError } from '../../platform/log.ts'
import { type Request, variable } from '../../platform/request.ts'
import { cookiesFor, joinCookies } from '../../verdicts/cookies.ts'

/** js_set: of a viewer's cookies those that the origin of this request itself set, as it set them. */
export const cookiesForOrigin = (r: Request): string => {
  try {
    const kept = joinCookies(variable(r, 'http_cookie'), variable(r, 'gh_new_cookies'))
    const address = addressOf(variable(r, 'gh_origin'), variable(r, 'gh_path'))
    return cookiesFor(variable(r, 'gh_channel'), kept, address)
  } catch (problem) {
    logError('cookiesForOrigin', problem)
    return ''
  }
}
