import { CONNECTION_WORDS } from '../../sentences/connections.ts'
import { say } from '../../sentences/sentences.ts'

/** Kind of a failed request. */
export interface ConnectionFault {
  readonly kind: 'timeout' | 'broken' | 'unreachable'
  /** Message for an operator, with the system's error code. */
  readonly text: string
}

const KINDS: Readonly<Record<string, ConnectionFault['kind']>> = {
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  TimeoutError: 'timeout',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'broken',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'broken',
}

const WORDS: Readonly<Record<string, string>> = {
  ...CONNECTION_WORDS,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: say('connection.cut'),
  UND_ERR_RES_EXCEEDED_MAX_SIZE: say('connection.large'),
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.name : codeOf(error.cause)
}

/** Classifies a failed request: time-out, broken answer or unreachable server. */
export const connectionFault = (error: unknown): ConnectionFault => {
  if (error instanceof Error && error.message.startsWith('Redirect loop'))
    return { kind: 'unreachable', text: say('connection.circle') }
  const code = codeOf(error)
  const words = WORDS[code]
  const isTls = code.includes('CERT') || code.includes('SSL') || code.includes('TLS')
  const text = isTls ? say('connection.untrusted') : words
  return {
    kind: KINDS[code] ?? 'unreachable',
    text: text ? say('connection.coded', { what: text, code }) : code,
  }
}
