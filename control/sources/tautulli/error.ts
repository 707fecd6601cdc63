/** Why a call to Tautulli gave nothing. */
export type TautulliFault =
  | 'unauthorized'
  | 'refused'
  | 'status'
  | 'timeout'
  | 'unreachable'
  | 'malformed'

/** What is known of a failed call, never the key. */
export interface TautulliFailure {
  readonly kind: TautulliFault
  readonly command: string
  /** HTTP status where an answer came. */
  readonly status?: number
  readonly statusText?: string
  /** The address asked, with the key blotted out. */
  readonly url?: string
  /** The server's own message. */
  readonly detail?: string | null
}

const SENTENCES: Readonly<Record<TautulliFault, (failure: TautulliFailure) => string>> = {
  unauthorized: () => 'Tautulli refused the API key (Invalid apikey)',
  refused: (f) => `Tautulli refused ${f.command}: ${f.detail ?? 'no reason given'}`,
  status: (f) => `Tautulli answered ${f.status} ${f.statusText ?? ''} to ${f.command}`,
  timeout: (f) =>
    f.detail === 'given up'
      ? `Tautulli stopped answering ${f.command}; it was not asked again`
      : `Tautulli did not answer ${f.command} in time`,
  unreachable: (f) => `Tautulli could not be reached for ${f.command}: ${f.detail ?? 'unknown'}`,
  malformed: (f) => `Tautulli's answer to ${f.command} cannot be read: ${f.detail ?? 'not JSON'}`,
}

/** A call to Tautulli that failed after its retries. */
export class TautulliError extends Error {
  override readonly name = 'TautulliError'
  readonly failure: TautulliFailure

  constructor(failure: TautulliFailure) {
    super(SENTENCES[failure.kind](failure).trim())
    this.failure = failure
  }
}

/** Whether asking again may help: the server stumbled, rather than refused. */
export const isPassing = ({ kind, status }: TautulliFailure): boolean =>
  kind === 'timeout' ||
  kind === 'unreachable' ||
  kind === 'malformed' ||
  (kind === 'status' && (status === 429 || (status ?? 0) >= 500))
