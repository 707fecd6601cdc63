import { logError } from '../../platform/log.ts'
import { setVariables } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { isNotLongPast, readShared, type Shared } from '../../state/manifests/copies.ts'
import { isInFlight, noteAwaited, takeTurn as take } from '../../state/manifests/flights.ts'
import { roomKey } from '../../state/manifests/waiting-room.ts'
import { sharesManifests } from '../../verdicts/fetch-manifest.ts'

/** Whether a request need not wait, for what is at hand or since waiting brings nothing. */
const isAnswered = (shared: Shared | null, isBlocking: boolean): boolean => {
  if (shared === null) return false
  if (shared.kind !== 'copy') return true
  return !isBlocking && isNotLongPast(shared.copy, Date.now())
}

const turn = (r: Request): string => {
  const { gh_copy: copy = '', gh_channel: channel = '', gh_path: path = '' } = variablesOf(r)
  if (copy === '') return ''
  const isBlocking = path.includes('_HLS_msn=')
  if (!isBlocking) noteAwaited(copy)
  const isComing = isInFlight(copy)
  if (isComing && isBlocking) return roomKey(copy)
  if (isAnswered(readShared(copy), isBlocking)) return ''
  if (isComing) return roomKey(copy)
  if (!sharesManifests(channel) || take(copy)) return ''
  setVariables(r, { gh_soon: '1' })
  return roomKey(copy)
}

/**
 * js_set: what a request that was admitted waits for, since another has gone for it or is about to; empty where it goes itself, or need not.
 */
export const takeTurn = (r: Request): string => {
  try {
    return turn(r)
  } catch (problem) {
    logError('takeTurn', problem)
    return ''
  }
}
