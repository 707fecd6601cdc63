import { isCircle, readLocation } from '../../domain/addresses/redirects.ts'
import { type Address, addressOf } from '../../domain/addresses/resolve.ts'
import { splitSetCookies } from '../../domain/cookies/cookie.ts'
import type { ReasonId } from '../../domain/reasons.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { logError } from '../../platform/log.ts'
import { answer } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'
import { hasSafeHeaders } from '../../state/lately/safe-headers.ts'
import { noteOriginFailure, notePast } from '../../state/reports.ts'
import { joinCookies, keepAll } from '../../verdicts/cookies.ts'
import { mayLeadTo } from '../../verdicts/origin.ts'

const MARKS = /.{8}/g

/** Stands for an address on the way to another. */
const markOf = ({ origin, path, query }: Address): string =>
  nginxCrypto.sha256(origin + path + query).slice(0, 8)

const refuse = (r: Request, reason: ReasonId): void => answer(r, 403, { 'X-Gh-Reason': reason })

/** js_content: where a redirection of an origin leads, for the request that met it: 204, or 403 where the edge does not go. */
export const resolveRedirection = (r: Request): void => {
  try {
    const from = addressOf(variable(r, 'http_x_gh_origin'), variable(r, 'http_x_gh_path'))
    const channel = variable(r, 'http_x_gh_channel')
    const onward = readLocation(variable(r, 'http_x_gh_location'), from)
    if (onward.kind === 'past') {
      notePast(channel, onward.origin)
      return refuse(r, 'origin.elsewhere')
    }
    const way = variable(r, 'http_x_gh_way') || markOf(from)
    const target = onward.kind === 'address' ? onward.address : null
    const mark = target === null ? '' : markOf(target)
    if (target === null || isCircle(way.match(MARKS) ?? [], mark)) {
      noteOriginFailure(from.origin, 'origin.redirect')
      return refuse(r, 'origin.redirect')
    }
    if (!mayLeadTo(channel, target.origin)) {
      notePast(channel, target.origin)
      return refuse(r, 'origin.elsewhere')
    }
    const set = splitSetCookies(variable(r, 'http_x_gh_set_cookie'))
    return answer(r, 204, {
      'X-Gh-Origin': target.origin,
      'X-Gh-Safe-Headers': hasSafeHeaders(target.origin) ? '1' : '',
      'X-Gh-Path': target.path + target.query,
      'X-Gh-Way': way + mark,
      'X-Gh-New-Cookies': joinCookies(
        variable(r, 'http_x_gh_new_cookies'),
        keepAll(channel, set, from),
      ),
    })
  } catch (problem) {
    logError('resolveRedirection', problem)
    return refuse(r, 'origin.elsewhere')
  }
}
