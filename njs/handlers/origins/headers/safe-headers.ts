import { logError } from '../../../platform/log.ts'
import { type Request, variable } from '../../../platform/request.ts'
import { hasSafeHeaders } from '../../../verdicts/headers/telling-headers.ts'

/** js_set: `1` where the headers of the request's origin need not be looked at in a crowd. */
export const safeHeaders = (r: Request): string => {
  try {
    return hasSafeHeaders(variable(r, 'gh_origin')) ? '1' : ''
  } catch (problem) {
    logError('safeHeaders', problem)
    return ''
  }
}
