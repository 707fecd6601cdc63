import { logError } from '../../../platform/log.ts'
import { type Request, variable } from '../../../platform/request.ts'
import { keepListed } from '../../../verdicts/headers/keep-listed.ts'
import { noteHeaders } from '../../../verdicts/headers/telling-headers.ts'

/** js_set, for `add_header`: takes out what `keepListedHeaders` does, of answers for which no JavaScript was called so far. */
export const listedHeadersKept = (r: Request): string => {
  try {
    keepListed(r)
    noteHeaders(variable(r, 'gh_origin'), false)
  } catch (problem) {
    logError('listedHeadersKept', problem)
  }
  return ''
}
