import { sleep } from '../../platform/fetch-origin.ts'
import { logError } from '../../platform/log.ts'
import { answerManifest, internalRedirect, manifestType } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { isInFlight, readShared } from '../../state/manifests/copies.ts'
import { pauseMs, readDue } from '../../state/manifests/due.ts'

/** How long a request waits for another's fetch, in ms: longer than players do. */
const WAIT_MS = 30_000

const wait = async (r: Request): Promise<void> => {
  const variables = variablesOf(r)
  const { gh_copy: copy = '', gh_channel: channel = '', gh_asked_rest: rest = '' } = variables
  const due = readDue(`${channel}/${rest}`)
  const until = Date.now() + WAIT_MS
  for (let looks = 0; ; looks += 1) {
    const shared = readShared(copy)
    const now = Date.now()
    if (shared?.kind === 'copy' && shared.copy.goodUntil > now) {
      const range = variables['gh_range'] ?? ''
      return answerManifest(r, shared.copy.text, { type: manifestType(rest), range })
    }
    const isComing = shared?.kind !== 'failure' && shared?.kind !== 'unshared' && isInFlight(copy)
    if (!isComing) return internalRedirect(r, '/_gatehouse/manifest-admitted')
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
