import { abortResponse, forwardChunk } from '../platform/reply.ts'
import { type Request, variable } from '../platform/request.ts'
import { noteBytes, ownsStream } from '../state/clone-guard.ts'
import { isStaleWorker } from '../state/emptied.ts'
import { readLease, startLease, touchLease } from '../state/leases.ts'
import { nowSec } from '../state/memory.ts'
import { isSessionBanned } from '../state/refusals.ts'
import { networkOf } from '../state/session.ts'

const REVIVED_TTL_SEC = 60

/** The reason why a running response must end now; `null` = none. Extends its lease. */
const findEnd = (r: Request, key: string): string | null => {
  const now = nowSec()
  const lease = readLease(key, now)
  if (lease === null) {
    if (isSessionBanned(key, now * 1000)) return 'session.ended'
    // The lease has expired while the origin sent nothing, or was dropped: it is stored again.
    startLease(key, networkOf(r), REVIVED_TTL_SEC)
    return null
  }
  if (!touchLease(key, lease, now)) return null
  if (isSessionBanned(key, now * 1000)) return 'session.ended'
  if (isStaleWorker())
    return 'this worker is from before a reload that gave shared memory another size'
  const serial = variable(r, 'gh_serial')
  if (!ownsStream(key, serial)) return 'session.superseded'
  // A response that is aborted is not in the traffic log: its bytes are reported while it runs.
  noteBytes(key, serial, Number(variable(r, 'bytes_sent')) || 0)
  return null
}

/** js_body_filter: forwards a chunk of a stream, or aborts the response. */
export const guardStream = (r: Request, data: Buffer, flags: NginxHTTPSendBufferOptions): void => {
  const key = variable(r, 'gh_session_key')
  const end = key === '' ? null : findEnd(r, key)
  if (end !== null) abortResponse(end)
  forwardChunk(r, data, flags)
}
