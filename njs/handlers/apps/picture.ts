import { openPicture } from '../../domain/pictures/sealed-picture.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { logError } from '../../platform/log.ts'
import { answerRefusal, internalRedirect } from '../../platform/reply.ts'
import { methodOf, type Request, variable } from '../../platform/request.ts'
import { secretOf } from '../../state/memory.ts'
import { readPolicy } from '../../state/policy.ts'
import { isReady } from '../../state/ready.ts'

/** js_content: a picture that a list or guide names, where control sealed its address; `$gh_picture` is the seal. */
export const picture = (r: Request): void => {
  try {
    const method = methodOf(r)
    if (method === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
    if (method !== 'GET' && method !== 'HEAD')
      return internalRedirect(r, '/_gatehouse/method-not-allowed')
    const policy = readPolicy()
    if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
    const seal = variable(r, 'gh_picture')
    const isOurs = policy.hasPictures === true && openPicture(nginxCrypto, secretOf, seal) !== null
    if (!isOurs) return internalRedirect(r, '/_gatehouse/no-picture')
    internalRedirect(r, '/_gatehouse/send-picture')
  } catch (problem) {
    logError('picture', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
