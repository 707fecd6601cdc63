import type { ReasonId } from '../domain/reasons.ts'
import { NOT_READY, SILENT, STREAM, UNREACHABLE, UNREADABLE } from './fetch-origin.ts'
import { answer, setVariables } from './reply.ts'
import { type Request, variable } from './request.ts'

/** Stored as the status of a redirection that the edge does not follow; no origin answers with it. */
export const ELSEWHERE = 599

/** The same of redirections that lead nowhere. */
export const ASTRAY = 592

/** The same of what other long manifests keep from being rewritten. */
export const BUSY = 593

/** Whether a status means that the origin is unavailable: nginx then waits and tries again, but for one that was silent. */
const isAway = (status: number): boolean =>
  status === 502 ||
  status === 504 ||
  status === UNREACHABLE ||
  status === SILENT ||
  status === NOT_READY

/** The reason id of a status that says that an origin was asked in vain; `null` for any other. */
export const reasonOf = (status: number): ReasonId | null => {
  if (status === UNREACHABLE) return 'origin.unreachable'
  if (status === 502 || status === 504 || status === SILENT) return 'origin.failed'
  if (status === ASTRAY) return 'origin.redirect'
  if (status === UNREADABLE) return 'origin.unreadable'
  return status === 401 ? 'origin.unauthorized' : null
}

/** Where a request goes on whose origin could not be asked. */
const nextOf = (r: Request, status: number): string =>
  status === SILENT ? 'origin-unavailable' : variable(r, 'http_x_gh_wait')

/** Of an answer that goes on in the public server: nginx keeps the type of the one before. */
const TEXT = { 'Content-Type': 'text/plain' }

/** Answers that there is no manifest. */
export const fail = (r: Request, status: number): void => {
  if (status === BUSY)
    return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/edge-busy' })
  if (status === UNREADABLE || status === STREAM)
    return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/origin-unreadable' })
  if (status === ELSEWHERE)
    return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/origin-elsewhere' })
  if (status === ASTRAY)
    return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/origin-redirect' })
  if (status === NOT_READY && !variable(r, 'http_x_gh_wait').startsWith('wait-'))
    return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/not-ready' })
  if (isAway(status))
    answer(r, 200, {
      'X-Accel-Redirect': `/_gatehouse/${nextOf(r, status)}`,
      'X-Gh-Reason': reasonOf(status) ?? '',
    })
  else answer(r, status, TEXT, `origin: ${status}\n`)
}

/** It asks for a login: the viewer's, where its origin is set to have that. */
export const failUnauthorized = (
  r: Request,
  { origin, challenge }: { readonly origin: string; readonly challenge: string },
): void => {
  setVariables(r, { gh_origin: origin })
  if (variable(r, 'gh_after_challenge') === 'origin-challenge')
    return answer(
      r,
      401,
      { ...TEXT, 'WWW-Authenticate': challenge },
      'the origin asks for a login\n',
    )
  return answer(r, 200, { ...TEXT, 'X-Accel-Redirect': '/_gatehouse/origin-unauthorized' })
}
