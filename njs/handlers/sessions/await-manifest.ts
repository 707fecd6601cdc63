import { sleep } from '../../platform/fetch-origin.ts'
import { logError } from '../../platform/log.ts'
import { answerManifest, internalRedirect, manifestType } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { fillFor } from '../../state/manifests/channel-base.ts'
import { readShared, type Shared } from '../../state/manifests/copies.ts'
import { pauseMs, readDue, WAIT_MS } from '../../state/manifests/due.ts'
import { isInFlight } from '../../state/manifests/flights.ts'

/** Whether another request may still bring a copy. */
const isComing = (copy: string, shared: Shared | null): boolean =>
  (shared === null || shared.kind === 'copy') && isInFlight(copy)

const wait = async (r: Request): Promise<void> => {
  const variables = variablesOf(r)
  const { gh_copy: copy = '', gh_channel: channel = '', gh_asked_rest: rest = '' } = variables
  const due = readDue(`${channel}/${rest}`)
  const until = Date.now() + WAIT_MS
  for (let looks = 0; ; looks += 1) {
    const now = Date.now()
    const shared = readShared(copy)
    const copied = shared?.kind === 'copy' && shared.copy.goodUntil > now ? shared.copy : null
    if (copied !== null) {
      const text = copied.isMarked ? fillFor(r)(copied.text) : copied.text
      const range = variables['gh_range'] ?? ''
      return answerManifest(r, text, { type: manifestType(rest), range })
    }
    if (!isComing(copy, shared)) return internalRedirect(r, '/_gatehouse/manifest-admitted')
    if (now > until) return internalRedirect(r, '/_gatehouse/origin-unavailable')
    await sleep(pauseMs(looks, due, now))
  }
}

/** js_content: answers a blocking reload as soon as another request has brought what it asks for. */
export const awaitManifest = async (r: Request): Promise<void> => {
  try {
    await wait(r)
  } catch (problem) {
    logError('awaitManifest', problem)
    internalRedirect(r, '/_gatehouse/manifest-admitted')
  }
}
