import { logError } from '../../platform/log.ts'
import { setVariables } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { isInFlight, readShared, takeTurn as take } from '../../state/manifests/copies.ts'
import { roomKey } from '../../state/manifests/waiting-room.ts'
import { sharesManifests } from '../../verdicts/fetch-manifest.ts'

const turn = (r: Request): string => {
  const { gh_copy: copy = '', gh_channel: channel = '' } = variablesOf(r)
  if (copy === '') return ''
  if (isInFlight(copy)) return roomKey(copy)
  const shared = readShared(copy)
  if (shared !== null && shared.kind !== 'copy') return ''
  if (!sharesManifests(channel) || take(copy)) return ''
  setVariables(r, { gh_soon: '1' })
  return roomKey(copy)
}

/**
 * js_set: what a blocking reload that was admitted waits for, since another request has gone for it or is about to; empty where it goes itself, or need not.
 */
export const takeTurn = (r: Request): string => {
  try {
    return turn(r)
  } catch (problem) {
    logError('takeTurn', problem)
    return ''
  }
}
