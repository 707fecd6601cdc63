import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { inspectPlays } from '../../../control/detect/judge/inspect-plays.ts'
import { defaultRules } from '../../../control/detect/rules/rules.ts'
import type { FindingKind } from '../../../control/detect/types.ts'
import type { Population } from './population.ts'

const KINDS = ['impossible_travel', 'simultaneous_places', 'device_velocity'] as const

type Kind = (typeof KINDS)[number]

/** Findings of one kind, as the rules alone raise them and as they are raised with the account's homes known. */
interface Count {
  alone: number
  raised: number
}

type Counts = Readonly<Record<Kind, Count>>

const none = (): Counts => ({
  impossible_travel: { alone: 0, raised: 0 },
  simultaneous_places: { alone: 0, raised: 0 },
  device_velocity: { alone: 0, raised: 0 },
})

/** Adds one account's findings to the counts. */
const countAccount = (population: Population, user: string, counts: Counts): void => {
  const plays = preparePlays(population.plays(user, true), population.now)
  const rules = defaultRules().filter(({ kind }) => kind !== 'second_household')
  const apart = rules.filter(({ kind }) => KINDS.some((known) => known === kind))
  const numberOf = (kind: FindingKind, all: ReturnType<typeof inspectPlays>): number =>
    all.filter(({ finding }) => finding.kind === kind).length
  const alone = inspectPlays(plays, apart, { asked: () => true })
  const raised = alone.length === 0 ? [] : inspectPlays(plays, rules)
  for (const kind of KINDS) {
    counts[kind].alone += numberOf(kind, alone)
    counts[kind].raised += numberOf(kind, raised)
  }
}

/**
 * Prints what the rules about distant plays find at their defaults, per 1,000 innocent accounts in 30 days: alone, and where
 * the account's own homes do not explain it; and how many of those on shared accounts stay.
 */
export const printAlarms = (populations: readonly Population[], days: number): void => {
  const [innocent, shared] = [none(), none()]
  let accounts = 0
  for (const population of populations)
    for (const [user, { label }] of population.labels) {
      if (label === 'ambiguous') continue
      if (label === 'innocent') accounts += 1
      countAccount(population, user, label === 'innocent' ? innocent : shared)
    }
  const rate = (n: number): string => ((n * 30_000) / Math.max(1, accounts * days)).toFixed(1)
  console.log('\n| rule | alone | with homes | kept on shared accounts |\n|---|---|---|---|')
  for (const kind of KINDS) {
    const { alone, raised } = shared[kind]
    const kept = `${((100 * raised) / Math.max(1, alone)).toFixed(0)} % of ${alone}`
    console.log(
      `| \`${kind}\` | ${rate(innocent[kind].alone)} | ${rate(innocent[kind].raised)} | ${kept} |`,
    )
  }
}
