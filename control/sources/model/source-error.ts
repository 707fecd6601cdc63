/** Kind of a failed call to a source's server. */
export type SourceFault =
  /** The key or token was refused. */
  | 'unauthorized'
  /** The server refused the request. */
  | 'refused'
  /** Another HTTP status than success. */
  | 'status'
  | 'timeout'
  | 'unreachable'
  /** The answer cannot be read. */
  | 'malformed'

/** Details of a failed call, never the key. */
export interface SourceFailure {
  readonly kind: SourceFault
  /** What was asked: the server's name of the command, or a path. */
  readonly command: string
  /** HTTP status where an answer came. */
  readonly status?: number
  readonly statusText?: string
  /** The requested URL, with the key masked. */
  readonly url?: string
  /** The server's own message. */
  readonly detail?: string | null
}

/** A call to a source's server that failed after its retries; the message is a sentence for an operator. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError'
  readonly failure: SourceFailure
  /** What the operator can do about it; `null` where nothing is known to help. */
  readonly advice: string | null

  constructor(message: string, failure: SourceFailure, advice: string | null = null) {
    super(message)
    this.failure = failure
    this.advice = advice
  }
}

/** Whether a retry may help: the server failed, rather than refused. */
export const isPassing = ({ kind, status }: SourceFailure): boolean =>
  kind === 'timeout' ||
  kind === 'unreachable' ||
  kind === 'malformed' ||
  (kind === 'status' && (status === 429 || (status ?? 0) >= 500))
