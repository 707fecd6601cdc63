import { readTicket } from '../domain/credentials/ticket.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { logError } from '../platform/log.ts'
import { answerRefusal, internalRedirect, redirect, refuse } from '../platform/reply.ts'
import { type Request, variable } from '../platform/request.ts'
import { recallViewer } from '../state/known-viewers.ts'
import { networkOf } from '../state/session.ts'
import { type KnownViewer, openDegraded } from '../verdicts/degraded.ts'
import { mayOpeningWait } from '../verdicts/wait.ts'

const viewerOf = (r: Request): KnownViewer | null => {
  const ticket = readTicket(variable(r, 'gh_ticket'))
  if (ticket !== null)
    return { account: ticket.account, group: ticket.group, download: ticket.download, ticket }
  const remembered = recallViewer(variable(r, 'gh_secret_hash'))
  return remembered && { ...remembered, ticket: null }
}

/** nginx follows no more than ten steps of a request: an opening has two turns to wait, the longer ones. */
const TURNS: Readonly<Record<string, string>> = {
  'wait-1': 'wait-2',
  'wait-2': 'wait-2',
  'wait-3': 'wait-3',
}

/** Refuses; where waiting may help, only after the player waited. */
const refuseOrWait = (r: Request, reason: ReasonId): void => {
  const turn = TURNS[variable(r, 'gh_next_wait')]
  const mayHelp = reason === 'control.unavailable' || reason === 'edge.not_ready'
  if (mayHelp && turn !== undefined && mayOpeningWait()) internalRedirect(r, `/_gatehouse/${turn}`)
  else if (variable(r, 'gh_slate') === '') answerRefusal(r, reason)
  else {
    refuse(r, reason)
    internalRedirect(r, '/_gatehouse/refuse')
  }
}

/** js_content: answers an opening where control did not. */
export const openWithoutControl = (r: Request): void => {
  try {
    const viewer = viewerOf(r)
    if (viewer === null) return refuseOrWait(r, 'control.unavailable')
    const wish = {
      channel: variable(r, 'gh_channel'),
      rest: variable(r, 'gh_rest'),
      args: variable(r, 'gh_args'),
    }
    const outcome = openDegraded(r, viewer, wish, networkOf(r))
    if (outcome.ok) redirect(r, outcome.location)
    else refuseOrWait(r, outcome.reason)
  } catch (problem) {
    logError('openWithoutControl', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
