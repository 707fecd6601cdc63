import { logError } from '../platform/log.ts'
import { type Request, variablesOf } from '../platform/request.ts'
import { noteClosed } from '../state/lately/closed.ts'

/** js_set, read by the traffic log as a long response ends: notes it for the next opening. Always empty. */
export const streamEnded = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const { gh_session_key: key = '', gh_serial: serial = '' } = variables
    if (key === '' || serial === '' || serial === '0') return ''
    const sent = Number(variables['bytes_sent']) || 0
    noteClosed({ key, serial, sent, seconds: Number(variables['request_time']) || 0 })
  } catch (problem) {
    logError('streamEnded', problem)
  }
  return ''
}
