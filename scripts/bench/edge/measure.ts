import { cpuOf, run } from '../load.ts'

/** Rounds of every comparison; the best of them counts. */
export const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
/** Multiplies every count of requests. */
export const SCALE = Number(process.env['SCALE'] ?? 1)

/** One thing measured. */
export interface Case {
  readonly name: string
  readonly pids: readonly number[]
  readonly port: number
  readonly request: string | ((turn: number) => string)
  readonly count: number
}

/** CPU of a case's processes per request, in µs. */
const measure = async (it: Case): Promise<number> => {
  const count = Math.ceil(it.count * SCALE)
  await run({ port: it.port, request: it.request, connections: 4, count: Math.ceil(count / 20) })
  const before = cpuOf(it.pids)
  const result = await run({ port: it.port, request: it.request, connections: 4, count })
  if (result.status >= 400) throw new Error(`${it.name}: answered ${result.status}`)
  return (cpuOf(it.pids) - before) / result.requests / 1000
}

/**
 * Cases run one after another, round by round, so that the machine's noise meets all of them; the
 * best round of each. Throws an `Error` for an answer of status 400 or above.
 */
export const compare = async (cases: readonly Case[]): Promise<number[]> => {
  const best = cases.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, it] of cases.entries())
      best[index] = Math.min(best[index] ?? 0, await measure(it))
  return best
}
