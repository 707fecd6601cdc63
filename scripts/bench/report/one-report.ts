import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import type * as Options from '../../../control/report/options.ts'
import type * as Run from '../../../control/report/run.ts'
import type * as History from '../../../control/sources/tautulli/history.ts'
import type { TautulliRow } from '../../../control/sources/tautulli/rows.ts'
import { readAnswers } from '../detection/population.ts'

/** Milliseconds of each report, and what the last one said. */
export interface ReportTimes {
  readonly accounts: number
  readonly plays: number
  /** Processor time of all threads. */
  readonly spent: readonly number[]
  /** How long one waited. */
  readonly waited: readonly number[]
  readonly flagged: number
}

const DAY_S = 86_400

const [bundle = '', folder = '', accountsText = '', roundsText = ''] = process.argv.slice(2)

// What a bundle holds is typed where it is made.
const { runReport, readReportOptions, createHistory } = (await import(
  pathToFileURL(bundle).href
)) as typeof Options & typeof Run & typeof History

const populations = readAnswers(folder)
const places = Object.assign({}, ...populations.map(({ geo }) => geo)) as Record<string, unknown>
const own = populations.flatMap(({ history }) => Object.values(history))
if (own.length === 0) throw new Error(`${folder} holds no accounts of media servers`)
const wanted = Number(accountsText)
const rowsOf = new Map<number, readonly TautulliRow[]>(
  Array.from({ length: wanted }, (_, i) => [i + 1, own[i % own.length] ?? []]),
)
const plays = [...rowsOf.values()].reduce((sum, rows) => sum + rows.length, 0)
const newest = own.reduce(
  (last, rows) => rows.reduce((at, { stopped }) => Math.max(at, Number(stopped ?? 0)), last),
  0,
)

/** What a Tautulli with these accounts has answered. */
const answer = (command: string, params: Readonly<Record<string, unknown>> = {}): unknown => {
  const [start, length] = [Number(params['start'] ?? 0), Number(params['length'] ?? 0)]
  const page = (rows: readonly unknown[]) => ({
    data: rows.slice(start, start + length),
    recordsFiltered: rows.length,
  })
  if (command === 'get_users_table')
    return page([...rowsOf.keys()].map((id) => ({ user_id: id, friendly_name: `user ${id}` })))
  if (command === 'get_history') return page(rowsOf.get(Number(params['user_id'])) ?? [])
  return places[String(params['ip_address'])] ?? {}
}

const client = {
  call: (command: string, params?: Readonly<Record<string, unknown>>) =>
    Promise.resolve(answer(command, params)),
  close: () => Promise.resolve(),
}
const origin = { source: 'tautulli', accountOf: (id: unknown) => `backend:tautulli:${String(id)}` }
const source = {
  label: 'memory',
  history: createHistory(() => client, origin),
  groupedHistory: null,
  stop: () => Promise.resolve(),
}
const options = readReportOptions(
  { host: 'http://localhost', apiKey: 'none', days: '60', json: true },
  { GATEHOUSE_NOW: new Date((newest + DAY_S / 24) * 1000).toISOString() },
)

const spent: number[] = []
const waited: number[] = []
let flagged = 0
for (let round = 0; round < Number(roundsText); round += 1) {
  const lines: string[] = []
  const began = performance.now()
  const before = process.cpuUsage()
  await runReport(
    options,
    { out: (line) => lines.push(line), err: () => undefined },
    { sources: { tautulli: { create: () => source } } as never },
  )
  const { user, system } = process.cpuUsage(before)
  waited.push(Math.round(performance.now() - began))
  spent.push(Math.round((user + system) / 1000))
  flagged = lines.join('\n').split('"flagged": true').length - 1
}
const times: ReportTimes = { accounts: rowsOf.size, plays, spent, waited, flagged }
console.log(JSON.stringify(times))
