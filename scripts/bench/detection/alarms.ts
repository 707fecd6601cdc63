import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { inspectPlays } from '../../../control/detect/judge/inspect-plays.ts'
import { defaultRules } from '../../../control/detect/rules/rules.ts'
import type { Finding, FindingKind } from '../../../control/detect/types.ts'
import { findingsAsTheyHappen } from './as-it-happened.ts'
import type { Population } from './population.ts'

const KINDS = ['impossible_travel', 'simultaneous_places', 'device_velocity'] as const

type Kind = (typeof KINDS)[number]

/** Findings of one kind: as the rules alone raise them, with the account's homes known, and with those known when it happened. */
interface Count {
  alone: number
  raised: number
  live: number
}

type Counts = Readonly<Record<Kind, Count>>

const none = (): Counts => ({
  impossible_travel: { alone: 0, raised: 0, live: 0 },
  simultaneous_places: { alone: 0, raised: 0, live: 0 },
  device_velocity: { alone: 0, raised: 0, live: 0 },
})

/** Adds one account's findings to the counts. */
const countAccount = (population: Population, user: string, counts: Counts): void => {
  const told = population.plays(user, true)
  const plays = preparePlays(told, population.now)
  const rules = defaultRules().filter(({ kind }) => kind !== 'second_household')
  const apart = rules.filter(({ kind }) => KINDS.some((known) => known === kind))
  const numberOf = (kind: FindingKind, all: readonly { readonly finding: Finding }[]): number =>
    all.filter(({ finding }) => finding.kind === kind).length
  const everything = { asked: () => true }
  const alone = inspectPlays(plays, apart, everything)
  if (alone.length === 0) return
  const raised = inspectPlays(plays, rules)
  const eager = apart.map((rule) => ({ ...rule, cool_down_minutes: 0 }))
  const asked = inspectPlays(plays, eager, everything).map(({ play }) => play)
  const live = findingsAsTheyHappen(told, apart, asked)
  for (const kind of KINDS) {
    counts[kind].alone += numberOf(kind, alone)
    counts[kind].raised += numberOf(kind, raised)
    counts[kind].live += numberOf(kind, live)
  }
}

/**
 * Prints what the rules about distant plays find at their defaults, per 1,000 innocent accounts in 30 days: alone, and where
 * the account's own homes do not explain it, by the whole history and by what was known when it happened; and how many of those on shared
 * accounts stay.
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
  const shareOf = (part: number, all: number): string =>
    `${((100 * part) / Math.max(1, all)).toFixed(0)} %`
  console.log(
    '\n| rule | alone | with homes | as it happens | kept on shared accounts | as it happens |\n|---|---|---|---|---|---|',
  )
  for (const kind of KINDS) {
    const [own, others] = [innocent[kind], shared[kind]]
    const cells = [
      `\`${kind}\``,
      ...[own.alone, own.raised, own.live].map(rate),
      `${shareOf(others.raised, others.alone)} of ${others.alone}`,
      shareOf(others.live, others.alone),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
