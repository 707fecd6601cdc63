import { readTautulliAddress } from '../sources/tautulli-address.ts'
import { createTautulliClient, type TautulliClient } from '../sources/tautulli-client.ts'
import { TautulliError } from '../sources/tautulli-error.ts'
import { AT_ONCE, type Output } from './compat-context.ts'
import { runCompat } from './compat-run.ts'
import type { ReportOptions } from './options.ts'

const FAILURE = 2
const COMPAT_FAILURE = 1

const clientFor = (options: ReportOptions): TautulliClient | string => {
  const { host, apiKey } = options
  if (host === null || apiKey === null)
    return 'Error: provide --host and --api-key (or set TAUTULLI_HOST / TAUTULLI_API_KEY).'
  const address = readTautulliAddress(host)
  if (address === null) return 'Error: --host needs a host, host:port or URL.'
  return createTautulliClient({
    address,
    apiKey,
    timeoutMs: options.timeoutMs,
    connections: AT_ONCE,
  })
}

const explain = (error: TautulliError): string[] => {
  const lines = [`Error: ${error.message}.`]
  if (error.failure.kind === 'unauthorized')
    lines.push('The key is under Settings > Web Interface > API in Tautulli.')
  return lines
}

/** Runs the report as asked and says how it ended: the exit code. */
export const runReport = async (options: ReportOptions, output: Output): Promise<number> => {
  const failure = options.method === 'compat' ? COMPAT_FAILURE : FAILURE
  const client = clientFor(options)
  if (typeof client === 'string') {
    output.err(client)
    return failure
  }
  try {
    return await runCompat(client, options, output)
  } catch (error) {
    if (!(error instanceof TautulliError)) throw error
    for (const line of explain(error)) output.err(line)
    return failure
  } finally {
    await client.close()
  }
}
