import { SourceError } from '../../sources/model/source-error.ts'

/** The text after `error:`, in the words of Python's HTTP library where it has one. */
export const faultText = (error: Error): string => {
  if (!(error instanceof SourceError)) return error.message
  const { kind, status, statusText, url, command, detail } = error.failure
  if (status !== undefined && kind !== 'malformed' && status >= 400) {
    const side = status < 500 ? 'Client' : 'Server'
    return `${status} ${side} Error: ${statusText ?? ''} for url: ${url ?? ''}`
  }
  if (kind === 'refused' || kind === 'unauthorized')
    return `Tautulli API error (${command}): ${detail ?? 'None'}`
  return error.message
}
