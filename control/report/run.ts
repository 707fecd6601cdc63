import { readFileSync } from 'node:fs'
import { assessAccount } from '../detect/judge/assess.ts'
import { feedbackByAccount } from '../detect/scoring/feedback.ts'
import { type AsnTable, parseAsnTable } from '../geo/asn-table.ts'
import { readTautulliAddress } from '../sources/tautulli/address.ts'
import { createTautulliClient, type TautulliClient } from '../sources/tautulli/client.ts'
import { TautulliError } from '../sources/tautulli/error.ts'
import { safe } from './common/python-text.ts'
import { AT_ONCE, type Output } from './compat/context.ts'
import { runCompat } from './compat/run.ts'
import type { Judge } from './gatehouse/account.ts'
import { runGatehouse } from './gatehouse/run.ts'
import { type HistoryReader, historyAccounts } from './history-accounts.ts'
import { type ReportOptions, UsageError } from './options.ts'
import { tautulliAccounts } from './tautulli-accounts.ts'

/** What the report may be given besides its options. */
export interface ReportParts {
  readonly openHistory?: OpenHistory
  /** Waits before a failed request is made again. */
  readonly backoffMs?: readonly number[]
}

/** Opens our own history for `--source history`, where the command line says it is; closing it ends what was opened. */
export type OpenHistory = (
  where: Pick<ReportOptions, 'config' | 'state'>,
) => Promise<HistoryReader & { close(): Promise<void> }>

const FAILURE = 2
const COMPAT_FAILURE = 1

const clientFor = (options: ReportOptions, parts: ReportParts): TautulliClient | string => {
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
    ...(parts.backoffMs ? { backoffMs: parts.backoffMs } : {}),
  })
}

const isUntrusted = (detail: string | null | undefined): boolean =>
  detail?.includes('certificate is not trusted') ?? false

const explain = (error: TautulliError): string[] => {
  const message = safe(error.message)
  const lines = [`Error: ${message}${message.endsWith('?') ? '' : '.'}`]
  if (error.failure.kind === 'unauthorized')
    lines.push('The key is under Settings > Web Interface > API in Tautulli.')
  if (isUntrusted(error.failure.detail))
    lines.push(
      "Name a file with the server's CA, or with its own certificate, in NODE_EXTRA_CA_CERTS.",
    )
  return lines
}

const readAsn = (path: string | null): AsnTable | null => {
  if (path === null) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new UsageError(`--asn: cannot read '${path}' (${code})`)
  }
  const table = parseAsnTable(text)
  if (table === null) throw new UsageError(`--asn: '${path}' is no JSON table of addresses`)
  return table
}

/** As the control plane judges: by the rules in force, and with what operators said, where there is a history. */
const judgeFor = async (
  { now, minConfidence }: ReportOptions,
  history?: HistoryReader,
): Promise<Judge> => {
  const feedback = feedbackByAccount((await history?.feedback?.()) ?? [])
  const rules = (await history?.rules?.()) ?? []
  const known = {
    now,
    ...(minConfidence === null ? {} : { threshold: minConfidence }),
    ...(rules.length === 0 ? {} : { rules }),
  }
  return (plays) =>
    assessAccount(plays, { ...known, feedback: feedback.get(plays[0]?.account ?? '') })
}

const overTautulli = async (
  client: TautulliClient,
  options: ReportOptions,
  output: Output,
): Promise<number> => {
  if (options.method === 'compat') return runCompat(client, options, output)
  const { now, days, user } = options
  const asn = readAsn(options.asnFile)
  output.err(`Reading users and plays of the last ${days} days from Tautulli (${client.base})...`)
  const query = { now, days, user, asn, atOnce: AT_ONCE }
  return runGatehouse(await tautulliAccounts(client, query), await judgeFor(options), {
    options,
    output,
  })
}

const runOverTautulli = async (
  options: ReportOptions,
  output: Output,
  parts: ReportParts,
): Promise<number> => {
  const failure = options.method === 'compat' ? COMPAT_FAILURE : FAILURE
  const client = clientFor(options, parts)
  if (typeof client === 'string') {
    output.err(client)
    return failure
  }
  try {
    return await overTautulli(client, options, output)
  } catch (error) {
    if (!(error instanceof TautulliError)) throw error
    for (const line of explain(error)) output.err(line)
    return failure
  } finally {
    await client.close()
  }
}

/** Runs the report as asked and says how it ended: the exit code. */
export const runReport = async (
  options: ReportOptions,
  output: Output,
  parts: ReportParts = {},
): Promise<number> => {
  if (options.source === 'tautulli') return runOverTautulli(options, output, parts)
  if (options.method === 'compat')
    throw new UsageError('--method compat needs --source tautulli: its formula reads grouped rows')
  const { openHistory } = parts
  if (openHistory === undefined) throw new UsageError('--source history is not available here')
  const history = await openHistory(options)
  try {
    const judge = await judgeFor(options, history)
    return await runGatehouse(historyAccounts(history, options), judge, { options, output })
  } finally {
    await history.close()
  }
}
