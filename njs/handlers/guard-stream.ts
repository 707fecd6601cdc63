import { documentOf } from '../domain/manifests/text.ts'
import { abortResponse, forwardChunk } from '../platform/reply.ts'
import { addressText, type Request, variable, variablesOf } from '../platform/request.ts'
import { noteBytes, ownsStream } from '../state/clone-guard.ts'
import { isStaleWorker } from '../state/emptied.ts'
import { isRecalled, isToClose, readLease, startLease, touchLease } from '../state/leases.ts'
import { nowSec } from '../state/memory.ts'
import { isSessionBanned } from '../state/refusals.ts'
import { reportSession } from '../state/seats.ts'
import { familyOf, networkOf } from '../state/session.ts'
import { isTellingText, running } from '../verdicts/headers/telling-text.ts'
import { tellOfStream } from '../verdicts/lead-to-manifest.ts'

const BAD_GATEWAY = 502
const FOUND = 302
const REVIVED_TTL_SEC = 60

/** The lease has expired while the origin sent nothing, or control has recalled it: no request of a running stream will ask about that, so the edge does. */
const findEndWithoutLease = (r: Request, key: string): string | null => {
  if (isToClose(key) || !ownsStream(key, variable(r, 'gh_serial'))) return 'session.superseded'
  if (isRecalled(key)) {
    const pass = variable(r, 'gh_pass')
    // An inferred session has no pass to ask with: its player opens again.
    if (pass === '') return 'session.superseded'
    reportSession('running', {
      key,
      pass,
      channel: variable(r, 'gh_channel'),
      address: addressText(r),
      agent: variable(r, 'http_user_agent'),
      family: familyOf(r),
      at: Date.now(),
    })
  }
  startLease(key, networkOf(r), REVIVED_TTL_SEC)
  return null
}

/** The reason why a running response must end now; `null` = none. Extends its lease. */
const findEnd = (r: Request, key: string): string | null => {
  const now = nowSec()
  const lease = readLease(key, now)
  if (lease === null) {
    if (isSessionBanned(key, now * 1000)) return 'session.ended'
    return findEndWithoutLease(r, key)
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
  // The player is led to the manifest that this is, or told that it is one.
  if (r.status === FOUND || r.status === BAD_GATEWAY)
    return flags.last ? forwardChunk(r, Buffer.alloc(0), flags) : undefined
  // Pages of programs that set no type are called text/html, and streams of theirs too: what it is stands in the body alone.
  const document = documentOf(data)
  if (document === 'hls' || document === 'dash') tellOfStream(variablesOf(r), document)
  if (document !== null) abortResponse('the origin sends a document')
  if (!running.hasBegun && data.length > 0) {
    running.hasBegun = true
    if (isTellingText(variablesOf(r), data)) abortResponse('the origin sends a text')
  }
  const key = variable(r, 'gh_session_key')
  const end = key === '' ? null : findEnd(r, key)
  if (end !== null) abortResponse(end)
  forwardChunk(r, data, flags)
}
