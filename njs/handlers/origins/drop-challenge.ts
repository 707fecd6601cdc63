import { logError } from '../../platform/log.ts'
import { dropHeader } from '../../platform/reply.ts'
import type { Request } from '../../platform/request.ts'

/** js_header_filter: takes out what nginx keeps of an intercepted 401, and what would have a player ask its user for the provider's password. */
export const dropChallenge = (r: Request): void => {
  try {
    dropHeader(r, 'WWW-Authenticate')
  } catch (problem) {
    logError('dropChallenge', problem)
  }
}
