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
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'it is cut off',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'it is too large',
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.name : codeOf(error.cause)
}

/** Classifies a failed request: time-out, broken answer or unreachable server. */
export const connectionFault = (error: unknown): ConnectionFault => {
  if (error instanceof Error && error.message.startsWith('Redirect loop'))
    return { kind: 'unreachable', text: 'it redirects in a circle' }
  const code = codeOf(error)
  const words = WORDS[code]
  const isTls = code.includes('CERT') || code.includes('SSL') || code.includes('TLS')
  const text = isTls ? 'its TLS certificate is not trusted' : words
  return { kind: KINDS[code] ?? 'unreachable', text: text ? `${text} (${code})` : code }
}
