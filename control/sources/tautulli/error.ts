import { SourceError, type SourceFailure, type SourceFault } from '../model/source-error.ts'

const SENTENCES: Readonly<Record<SourceFault, (failure: SourceFailure) => string>> = {
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

const KEY_ADVICE = 'The key is under Settings > Web Interface > API in Tautulli.'

/** A call to Tautulli that failed after its retries. */
export class TautulliError extends SourceError {
  override readonly name = 'TautulliError'

  constructor(failure: SourceFailure) {
    const advice = failure.kind === 'unauthorized' ? KEY_ADVICE : null
    super(SENTENCES[failure.kind](failure).trim(), failure, advice)
  }
}
