import type { AccountRead, AccountSource } from '../common/account-read.ts'
import { safe } from '../common/python-text.ts'
import type { Output } from '../compat/context.ts'
import { addressesJson, addressReport } from '../compat/top-ips.ts'
import { type Judge, type JudgedAccount, judgeAccount, type UnreadAccount } from './account.ts'
import { addressesOfAccount, placesOfPlays } from './addresses.ts'
import { HiddenViewers } from './hidden-viewers.ts'
import { accountText, reportText } from './json.ts'
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

/** What was read and found. */
interface Judged {
  readonly accounts: number
  readonly flagged: number
  readonly failed: number
  /** Plays of viewers who have not signed in. */
  readonly unattributed: number
}

/** How many plays a pseudo user has. */
const unattributedPlays = (
  { name, outcome }: AccountRead,
  judge: Judge,
  output: Output,
): number => {
  if (outcome.ok) return judge(outcome.plays).plays
  output.err(
    `Warning: plays of viewers who never signed in (${safe(name)}): ${safe(outcome.error)}.`,
  )
  return 0
}

/** The sentence on plays that are nobody's. */
const unattributedLines = (plays: number): string[] =>
  plays === 0
    ? []
    : [
        `${plays} ${plays === 1 ? 'play is' : 'plays are'} of viewers who never signed in (id 0, "Local"), and of no account.`,
      ]

const judgeAll = async (
  source: AccountSource,
  judge: Judge,
  { options, output }: RunContext,
  keep: (account: Account) => void,
): Promise<Judged> => {
  const hidden = new HiddenViewers()
  const judged = { accounts: 0, flagged: 0, failed: 0, unattributed: 0 }
  for await (const read of source.accounts) {
    if (read.isPseudo) {
      judged.unattributed += unattributedPlays(read, judge, output)
      continue
    }
    if (read.outcome.ok) hidden.add(read.outcome.plays)
    const account = judgeAccount(read, judge, {
      concurrentOnly: options.concurrentOnly,
      keepsPlays: options.topIps,
    })
    keep(account)
    judged.accounts += 1
    if ('error' in account) judged.failed += 1
    else if (account.flagged) judged.flagged += 1
    const place =
      source.total === null ? `${judged.accounts}` : `${judged.accounts}/${source.total}`
    output.err(`  [${place}] ${safe(account.name)}... ${verdict(account)}`)
  }
  for (const warning of [...source.warnings(), ...hidden.warnings()])
    output.err(`Warning: ${warning}.`)
  return judged
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
  { timeline }: GatehouseOptions,
  out: Output['out'],
) => {
  for (const line of gatehouseReport(accounts)) out(line)
  if (timeline) for (const line of gatehouseTimeline(accounts)) out(line)
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
  const accounts: Account[] = []
  const texts: string[] = []
  const isJson = options.json && !options.topIps
  const judged = await judgeAll(source, judge, { options, output }, (account) => {
    if (isJson) texts.push(accountText(account))
    else accounts.push(account)
  })
  const nobodys = unattributedLines(judged.unattributed)
  if (judged.accounts === 0 && nobodys.length === 0 && options.user !== null) {
    output.err(`User '${safe(options.user)}' not found.`)
    return FAILURE
  }
  if (options.topIps) printAddresses(accounts, options.json, output.out)
  else if (isJson) output.out(reportText(texts, judged.unattributed))
  else printReport(accounts, options, output.out)
  for (const line of nobodys) (options.json ? output.err : output.out)(line)
  if (source.usesOwnGeo && !options.json) output.out(GEO_CREDIT)
  if (judged.flagged > 0) return FOUND
  return judged.failed > 0 ? FAILURE : 0
}
