import { ANSWER_HEADERS } from '../domain/channels/protocol.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { type Pass, readPass } from '../domain/credentials/pass.ts'
import { logError } from '../platform/log.ts'
import {
  controlHeader,
  type Request,
  statusOf,
  type Variables,
  variablesOf,
} from '../platform/request.ts'
import { rememberViewer } from '../state/known-viewers.ts'
import { recallLease, reserveLease } from '../state/leases.ts'
import { noteFolder, noteOpening } from '../state/openings.ts'
import { rememberSeats } from '../state/seats.ts'
import { deviceOf, networkOf } from '../state/session.ts'

const passIn = (location: string): Pass | null => readPass(location.split('/', 3)[2] ?? '')

/** Caches account and group of an admitted viewer, for degraded mode. */
const noteViewer = (
  r: Request,
  variables: Variables,
  { key, location }: { readonly key: string; readonly location: string },
): void => {
  const told = decodePercent(controlHeader(variables, ANSWER_HEADERS.account))
  const isTicket = variables['gh_credential_kind'] === 'ticket'
  // Reading a pass costs as much as all the rest.
  const pass = isTicket && told !== '' ? null : passIn(location)
  const account = told === '' ? pass?.account : told
  if (account === undefined) return
  const device = deviceOf(r, variables['gh_ask_family'] || undefined)
  rememberSeats(account, controlHeader(variables, ANSWER_HEADERS.cap), { key, device })
  if (!isTicket && pass !== null) rememberViewer(variables['gh_secret_hash'] ?? '', pass)
}

/** js_header_filter: stores control's answer to an opening that is let in: the session's lease. */
export const rememberOpening = (r: Request): void => {
  try {
    if (statusOf(r) !== 302) return
    const variables = variablesOf(r)
    const key = controlHeader(variables, ANSWER_HEADERS.key)
    if (key === '') return
    const ttl = Math.max(5, Number(controlHeader(variables, ANSWER_HEADERS.ttl)) || 0)
    reserveLease(key, networkOf(r), ttl)
    const forget = controlHeader(variables, ANSWER_HEADERS.forget)
    if (forget !== '') for (const taken of forget.split(',')) recallLease(taken)
    const location = controlHeader(variables, 'Location')
    const connection = variables['connection'] ?? ''
    noteOpening(variables['gh_opening_key'] ?? '', key, { location, connection })
    noteFolder(variables['gh_folder_key'] ?? '', location)
    noteViewer(r, variables, { key, location })
  } catch (problem) {
    logError('rememberOpening', problem)
  }
}
