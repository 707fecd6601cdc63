import type { AccountSource } from '../common/account-read.ts'
import { safe } from '../common/python-text.ts'
import type { Output } from '../compat/context.ts'
import { addressesJson, addressReport } from '../compat/top-ips.ts'
import { type Judge, type JudgedAccount, judgeAccount, type UnreadAccount } from './account.ts'
import { addressesOfAccount, placesOfPlays } from './addresses.ts'
import { accountJson } from './json.ts'
import { gatehouseReport, gatehouseTimeline } from './text.ts'

/** Options of the report by Gatehouse's own detectors. */
export interface GatehouseOptions {
  readonly json: boolean
  readonly timeline: boolean
  readonly topIps: boolean
  readonly concurrentOnly: boolean
  readonly user: string | null
}

/** Options and output of one run. */
export interface RunContext {
  readonly options: GatehouseOptions
  readonly output: Output
}

type Account = JudgedAccount | UnreadAccount

const FOUND = 1
const FAILURE = 2
const GEO_CREDIT = 'IP Geolocation by DB-IP (https://db-ip.com)'

const verdict = (account: Account): string => {
  if ('error' in account) return `error: ${safe(account.error)}`
  const { playCount, assessment, flagged } = account
  if (playCount === 0) return 'no plays'
  const confidence = `confidence ${Math.round(assessment.confidence)}`
  return `${playCount} plays, ${confidence}${flagged ? ', looks shared' : ''}`
}

const judgeAll = async (
  source: AccountSource,
  judge: Judge,
  { options, output }: RunContext,
): Promise<Account[]> => {
  const accounts: Account[] = []
  for await (const read of source.accounts) {
    const account = judgeAccount(read, judge, {
      concurrentOnly: options.concurrentOnly,
      keepsPlays: options.topIps,
    })
    accounts.push(account)
    const place =
      source.total === null ? `${accounts.length}` : `${accounts.length}/${source.total}`
    output.err(`  [${place}] ${safe(account.name)}... ${verdict(account)}`)
  }
  for (const warning of source.warnings()) output.err(`Warning: ${warning}.`)
  return accounts
}

const printAddresses = (accounts: readonly Account[], json: boolean, out: Output['out']): void => {
  const read = accounts.filter((account) => 'assessment' in account)
  const places = placesOfPlays(read.flatMap(({ plays }) => plays))
  const users = read.map(addressesOfAccount)
  const failed = accounts.filter((account) => 'error' in account)
  if (json)
    out(
      JSON.stringify(
        { users: [...users.map((u) => addressesJson(u, places)), ...failed] },
        null,
        2,
      ),
    )
  else for (const line of addressReport(users, places)) out(line)
}

const printReport = (
  accounts: readonly Account[],
  options: GatehouseOptions,
  out: Output['out'],
) => {
  if (options.json) {
    out(JSON.stringify({ users: accounts.map(accountJson) }, null, 2))
    return
  }
  for (const line of gatehouseReport(accounts)) out(line)
  if (options.timeline) for (const line of gatehouseTimeline(accounts)) out(line)
  const failed = accounts.filter((account) => 'error' in account).length
  if (failed > 0)
    out(`${failed} of ${accounts.length} accounts could not be read; see the errors above.`)
}

/** Runs the report; returns its exit code: 0 = nothing found, 1 = something found, 2 = nothing found but not every account was read. */
export const runGatehouse = async (
  source: AccountSource,
  judge: Judge,
  { options, output }: RunContext,
): Promise<number> => {
  const accounts = await judgeAll(source, judge, { options, output })
  if (accounts.length === 0 && options.user !== null) {
    output.err(`User '${safe(options.user)}' not found.`)
    return FAILURE
  }
  if (options.topIps) printAddresses(accounts, options.json, output.out)
  else printReport(accounts, options, output.out)
  if (source.usesOwnGeo && !options.json) output.out(GEO_CREDIT)
  if (accounts.some((account) => 'assessment' in account && account.flagged)) return FOUND
  return accounts.some((account) => 'error' in account) ? FAILURE : 0
}
