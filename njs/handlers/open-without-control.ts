import { readTicket } from '../domain/credentials/ticket.ts'
import { logError } from '../platform/log.ts'
import { answerRefusal, redirect } from '../platform/reply.ts'
import { type Request, variable } from '../platform/request.ts'
import { recallViewer } from '../state/known-viewers.ts'
import { networkOf } from '../state/session.ts'
import { type KnownViewer, openDegraded } from '../verdicts/degraded.ts'

const viewerOf = (r: Request): KnownViewer | null => {
  const ticket = readTicket(variable(r, 'gh_ticket'))
  if (ticket !== null)
    return { account: ticket.account, group: ticket.group, download: ticket.download, ticket }
  const remembered = recallViewer(variable(r, 'gh_secret_hash'))
  return remembered && { ...remembered, ticket: null }
}

/** js_content: answers an opening where control did not. */
export const openWithoutControl = (r: Request): void => {
  try {
    const viewer = viewerOf(r)
    if (viewer === null) return answerRefusal(r, 'control.unavailable')
    const wish = {
      channel: variable(r, 'gh_channel'),
      rest: variable(r, 'gh_rest'),
      args: variable(r, 'gh_args'),
    }
    const outcome = openDegraded(r, viewer, wish, networkOf(r))
    if (outcome.ok) redirect(r, outcome.location)
    else answerRefusal(r, outcome.reason)
  } catch (problem) {
    logError('openWithoutControl', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
