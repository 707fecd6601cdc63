import { ANSWER_HEADERS } from '../domain/channels/protocol.ts'
import { type Pass, readPass } from '../domain/credentials/pass.ts'
import { logError } from '../platform/log.ts'
import { controlHeader, type Request, statusOf, variable } from '../platform/request.ts'
import { rememberViewer } from '../state/known-viewers.ts'
import { readLease, recallLease, reserveLease } from '../state/leases.ts'
import { nowSec } from '../state/memory.ts'
import { noteFolder, noteOpening } from '../state/openings.ts'
import { rememberSeats } from '../state/seats.ts'
import { networkOf } from '../state/session.ts'

const passIn = (location: string): Pass | null =>
  readPass(/^\/s\/([^/]+)\//.exec(location)?.[1] ?? '')

/** Caches account and group of an admitted viewer, for degraded mode. */
const noteViewer = (r: Request, key: string): void => {
  const pass = passIn(controlHeader(r, 'Location'))
  if (pass === null) return
  rememberSeats(r, pass.account, key)
  if (variable(r, 'gh_credential_kind') !== 'ticket')
    rememberViewer(variable(r, 'gh_secret_hash'), pass)
}

/** js_header_filter: stores control's answer to an opening that is let in: the session's lease. */
export const rememberOpening = (r: Request): void => {
  try {
    const status = statusOf(r)
    const key = controlHeader(r, ANSWER_HEADERS.key)
    if (status === 302 && key !== '') {
      const ttl = Math.max(5, Number(controlHeader(r, ANSWER_HEADERS.ttl)) || 0)
      if (readLease(key, nowSec()) === null) reserveLease(key, networkOf(r), ttl)
      for (const taken of controlHeader(r, ANSWER_HEADERS.forget).split(','))
        if (taken !== '') recallLease(taken)
      noteOpening(variable(r, 'gh_opening_key'), key, {
        location: controlHeader(r, 'Location'),
        connection: variable(r, 'connection'),
      })
      noteFolder(variable(r, 'gh_folder_key'), controlHeader(r, 'Location'))
      noteViewer(r, key)
    }
  } catch (problem) {
    logError('rememberOpening', problem)
  }
}
