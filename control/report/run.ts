import { readFileSync } from 'node:fs'
import { isPerson } from '#domain/viewer/person'
import { popularityIn } from '../detect/household/homes/channel-cache.ts'
import { assessAccount } from '../detect/judge/assess.ts'
import { feedbackByAccount } from '../detect/scoring/feedback.ts'
import { searchAsnFiles } from '../geo/asn-search.ts'
import { type AsnTable, parseAsnTable } from '../geo/asn-table.ts'
import { defaultAsnFiles } from '../geo/default-files.ts'
import type { PlaySource } from '../sources/model/play-source.ts'
import { SourceError } from '../sources/model/source-error.ts'
import type { SourceRegistry } from '../sources/registry.ts'
import { compileLess } from './common/compile-less.ts'
import { safe } from './common/python-text.ts'
import { AT_ONCE, type Output } from './compat/context.ts'
import { runCompat } from './compat/run.ts'
import type { Judge } from './gatehouse/account.ts'
import { runGatehouse } from './gatehouse/run.ts'
import { type HistoryReader, historyAccounts } from './history-accounts.ts'
import { openSource } from './open-source.ts'
import { OWN_HISTORY, type ReportOptions, UsageError } from './options.ts'
import { sourceAccounts } from './source-accounts.ts'

/** Dependencies of the report. */
export interface ReportParts {
  readonly openHistory?: OpenHistory
  /** Kinds of sources; by default those of the registry. */
  readonly sources?: SourceRegistry
  /** Waits before a failed request is made again, in milliseconds. */
  readonly backoffMs?: readonly number[]
}

/** Opens Gatehouse's own history for `--source history`; closing it closes the store it opened. */
export type OpenHistory = (
  where: Pick<ReportOptions, 'config' | 'state'>,
) => Promise<HistoryReader & { close(): Promise<void> }>

const DAY_MS = 86_400_000
const FAILURE = 2
const COMPAT_FAILURE = 1
const NEEDS_GROUPS = '--method compat needs --source tautulli: its formula reads grouped rows'

const isUntrusted = (detail: string | null | undefined): boolean =>
  detail?.includes('certificate is not trusted') ?? false

const explain = ({ message, advice, failure }: SourceError): string[] => {
  const text = safe(message)
  const lines = [`Error: ${text}${text.endsWith('?') ? '' : '.'}`]
  if (advice !== null) lines.push(advice)
  if (isUntrusted(failure.detail))
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

/** The table of `--asn`, else the one that comes along. */
const openNetworks = (path: string | null): ReturnType<typeof searchAsnFiles> => {
  const find = readAsn(path)
  return find === null ? searchAsnFiles(defaultAsnFiles()) : { find, close: () => undefined }
}

/**
 * The judge of accounts: as in the control plane with its rules and operators' feedback, where the
 * state folder has a history.
 */
const judgeFor = async (
  { now, days: span, minConfidence, zone, homes }: ReportOptions,
  history?: HistoryReader,
): Promise<Judge> => {
  const feedback = feedbackByAccount((await history?.feedback?.()) ?? [])
  const rules = (await history?.rules?.()) ?? []
  const from = now - span * DAY_MS
  const popularity = await popularityIn(history?.totals, { from, to: now + 1 })
  const known = {
    now,
    popularity,
    ...(minConfidence === null ? {} : { threshold: minConfidence }),
    ...(rules.length === 0 ? {} : { rules }),
  }
  const settings = (await history?.settings?.()) ?? { zone: null, homeNetworks: [] }
  const days = zone ?? settings.zone
  const homeNetworks = [...settings.homeNetworks, ...homes]
  // Networks (viewers without a token) are no persons: they are accused only with a threshold of 0.
  const isAccusable = (account: string): boolean => minConfidence === 0 || isPerson(account)
  return (plays) => {
    const account = plays[0]?.account ?? ''
    return assessAccount(plays, {
      ...known,
      homeNetworks,
      ...(days === null ? {} : { zone: days }),
      feedback: isAccusable(account) ? feedback.get(account) : { isAccountFine: true },
    })
  }
}

const overSource = async (
  source: PlaySource,
  options: ReportOptions,
  output: Output,
): Promise<number> => {
  const { label, history, groupedHistory } = source
  if (options.method === 'compat') {
    if (groupedHistory === null) throw new UsageError(NEEDS_GROUPS)
    return await runCompat({ label, history: groupedHistory }, options, output)
  }
  if (history === null) throw new UsageError(`--source ${options.source} keeps no history`)
  const { now, days, user } = options
  const networks = openNetworks(options.asnFile)
  try {
    output.err(`Reading users and plays of the last ${days} days from ${label}...`)
    const query = { now, days, user, asn: networks.find, atOnce: AT_ONCE }
    const accounts = await sourceAccounts(history, query)
    try {
      return await runGatehouse(accounts, await judgeFor(options), { options, output })
    } finally {
      accounts.close()
    }
  } finally {
    networks.close()
  }
}

const runOverSource = async (
  options: ReportOptions,
  output: Output,
  parts: ReportParts,
): Promise<number> => {
  const failure = options.method === 'compat' ? COMPAT_FAILURE : FAILURE
  const source = openSource(options, { atOnce: AT_ONCE, ...parts })
  if (typeof source === 'string') {
    output.err(source)
    return failure
  }
  try {
    return await overSource(source, options, output)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    for (const line of explain(error)) output.err(line)
    return failure
  } finally {
    await source.stop()
  }
}

/**
 * Runs the report and returns its exit code. Throws a `UsageError` where the options do not fit the
 * source.
 */
export const runReport = async (
  options: ReportOptions,
  output: Output,
  parts: ReportParts = {},
): Promise<number> => {
  compileLess()
  if (options.source !== OWN_HISTORY) return await runOverSource(options, output, parts)
  if (options.method === 'compat') throw new UsageError(NEEDS_GROUPS)
  const { openHistory } = parts
  if (openHistory === undefined) throw new UsageError('--source history is not available here')
  const history = await openHistory(options)
  try {
    const judge = await judgeFor(options, history)
    const asn = readAsn(options.asnFile)
    const accounts = historyAccounts(history, { ...options, asn })
    return await runGatehouse(accounts, judge, { options, output })
  } finally {
    await history.close()
  }
}
