import { TELL } from '../domain/channels/protocol.ts'
import { type Pass, readPass } from '../domain/credentials/pass.ts'
import { readTicket } from '../domain/credentials/ticket.ts'
import { parseJson } from '../platform/json.ts'
import { complain } from '../platform/log.ts'
import { answerRefusal, redirect, tell } from '../platform/reply.ts'
import { networkText, type Request, statusOf, told, variable } from '../platform/request.ts'
import { reserveLease } from '../state/leases.ts'
import { texts, trySet } from '../state/memory.ts'
import { countGuess, rememberDenial } from '../state/refusals.ts'
import { notePlayed } from '../state/seats.ts'
import { networkOf } from '../state/session.ts'
import { type KnownViewer, openAlone } from '../verdicts/degraded.ts'

const KNOWN_MS = 180_000

const passIn = (location: string): Pass | null =>
  readPass(/^\/s\/([^/]+)\//.exec(location)?.[1] ?? '')

const rememberViewer = (name: string, pass: Pass): void => {
  const known = { account: pass.account, group: pass.group, download: pass.download }
  trySet(texts('gh_identity'), `o${name}`, JSON.stringify(known), KNOWN_MS)
}

/** Keeps who was let in, for the time when control is away. */
const noteViewer = (r: Request, key: string): void => {
  const pass = passIn(told(r, 'Location'))
  if (pass === null) return
  notePlayed(r, pass.account, key)
  if (variable(r, 'gh_door') !== 'ticket') rememberViewer(variable(r, 'gh_name'), pass)
}

/** js_header_filter: keeps what control answered to an opening. */
export const opened = (r: Request): void => {
  try {
    const status = statusOf(r)
    const key = told(r, TELL.key)
    if (status === 302 && key !== '') {
      reserveLease(key, networkOf(r), Math.max(5, Number(told(r, TELL.ttl)) || 0))
      noteViewer(r, key)
    }
    if (status < 400) return
    const reason = told(r, TELL.reason) || 'request.malformed'
    tell(r, { gh_reason: reason })
    const isTicket = variable(r, 'gh_door') === 'ticket'
    const ttl = Number(told(r, TELL.denyTtl)) || 0
    rememberDenial(isTicket ? 'gh_denied' : 'gh_guessed', variable(r, 'gh_deny_key'), reason, ttl)
    if (!isTicket) countGuess(networkText(r), reason)
  } catch (problem) {
    complain('opened', problem)
  }
}

const viewerOf = (r: Request): KnownViewer | null => {
  const ticket = readTicket(variable(r, 'gh_ticket'))
  if (ticket !== null)
    return { account: ticket.account, group: ticket.group, download: ticket.download, ticket }
  const text = texts('gh_identity').get(`o${variable(r, 'gh_name')}`)
  if (text === undefined) return null
  return { ...parseJson<Omit<KnownViewer, 'ticket'>>(text), ticket: null }
}

/** js_content: an opening control did not answer. */
export const alone = (r: Request): void => {
  try {
    const viewer = viewerOf(r)
    if (viewer === null) return answerRefusal(r, 'control.unavailable')
    const wish = {
      channel: variable(r, 'gh_channel'),
      rest: variable(r, 'gh_rest'),
      args: variable(r, 'gh_args'),
    }
    const outcome = openAlone(r, viewer, wish, networkOf(r))
    if (outcome.ok) redirect(r, outcome.location)
    else answerRefusal(r, outcome.reason)
  } catch (problem) {
    complain('alone', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
