import { logError } from '../../platform/log.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { handOn } from '../../verdicts/cookies.ts'

/** js_set, for `add_header`: hands on what origins set, under seal. Its own value is empty, since there may be several. */
export const handOnCookies = (r: Request): string => {
  try {
    handOn(r, variablesOf(r))
  } catch (problem) {
    logError('handOnCookies', problem)
  }
  return ''
}
