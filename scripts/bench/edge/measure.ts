import { cpuOf, run } from '../load.ts'

/** Rounds of every comparison. */
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

/** Turns that each case of a round takes: the shorter they are, the likelier the machine is the same for all of one. */
const TURNS = 4

/** What was measured, by the names of its cases. */
export interface Costs {
  /** CPU per request, in µs: the middle of all turns. */
  of(name: string): number
  /** The cost of one case over that of another in the same turn: the middle of all turns, since a busy neighbour makes a whole turn dearer. */
  ratio(name: string, beside: string): number
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN

/** CPU of a case's processes per request, in µs. */
const measure = async (it: Case): Promise<number> => {
  const count = Math.ceil((it.count * SCALE) / TURNS)
  await run({ port: it.port, request: it.request, connections: 4, count: Math.ceil(count / 20) })
  const before = cpuOf(it.pids)
  const result = await run({ port: it.port, request: it.request, connections: 4, count })
  if (result.status >= 400) throw new Error(`${it.name}: answered ${result.status}`)
  return (cpuOf(it.pids) - before) / result.requests / 1000
}

/** Cases run one after another, turn by turn. Throws an `Error` for an answer of status 400 or above. */
export const compare = async (cases: readonly Case[]): Promise<Costs> => {
  const costs = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (let turn = 0; turn < ROUNDS * TURNS; turn++)
    for (const it of cases) costs.get(it.name)?.push(await measure(it))
  const all = (name: string): readonly number[] => costs.get(name) ?? []
  return {
    of: (name) => middle(all(name)),
    ratio: (name, beside) => {
      const others = all(beside)
      return middle(all(name).map((cost, turn) => cost / (others[turn] ?? Number.NaN)))
    },
  }
}
