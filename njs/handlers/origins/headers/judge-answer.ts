import { isMedia } from '../../../domain/headers/media.ts'
import { logError } from '../../../platform/log.ts'
import { replaceAnswer } from '../../../platform/reply.ts'
import { isNoAnswer, type Request, variablesOf } from '../../../platform/request.ts'
import { noteHeaders } from '../../../state/lately/safe-headers.ts'
import { handOn } from '../../../verdicts/cookies.ts'
import { keepListed } from '../../../verdicts/headers/keep-listed.ts'
import { refuseDocument } from '../refuse-document.ts'

/**
 * js_set, for `add_header`, of what an origin answers in place of a segment, or as one: takes out of its headers what is not for viewers, seals cookies, and says why what
 * is no segment is not handed on. Called only where nginx does not know that there is nothing to do.
 */
export const judgeAnswer = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const isTelling = keepListed(r)
    if (isNoAnswer(r)) {
      replaceAnswer(r, 204)
      return 'origin.unreadable'
    }
    handOn(r, variables)
    const type = variables['upstream_http_content_type'] ?? ''
    if (!isTelling && isMedia(type, variables['gh_path'] ?? ''))
      noteHeaders(variables['gh_origin'] ?? '', false)
    return refuseDocument(r)
  } catch (problem) {
    logError('judgeAnswer', problem)
    replaceAnswer(r, 204)
    return 'origin.unreadable'
  }
}
