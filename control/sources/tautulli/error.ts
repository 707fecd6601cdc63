import { say } from '../../sentences/sentences.ts'
import { SourceError, type SourceFailure, type SourceFault } from '../model/source-error.ts'

const title = 'Tautulli'

const SENTENCES: Readonly<Record<SourceFault, (failure: SourceFailure) => string>> = {
  unauthorized: () => say('server.key'),
  refused: (f) =>
    say('server.refused', { title, command: f.command, what: f.detail ?? say('server.no_reason') }),
  status: (f) =>
    say('server.status', {
      title,
      status: `${f.status} ${f.statusText ?? ''}`.trim(),
      command: f.command,
    }),
  timeout: (f) =>
    f.detail === 'given up'
      ? say('server.stopped', { title, command: f.command })
      : say('server.timeout', { title, command: f.command }),
  unreachable: (f) =>
    say('server.unreachable', {
      title,
      command: f.command,
      what: f.detail ?? say('server.unknown'),
    }),
  malformed: (f) =>
    say('server.malformed', { title, command: f.command, what: f.detail ?? say('server.no_json') }),
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
