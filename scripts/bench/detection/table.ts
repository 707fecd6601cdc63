import { hasDerivedDevice } from '../../../control/detect/guards.ts'
import {
  DEFAULT_THRESHOLD,
  DEFAULT_WEIGHTS,
  EDGE_WEIGHTS,
} from '../../../control/detect/household/weights.ts'
import { printAlarms } from './alarms.ts'
import { judge } from './fit.ts'
import { intervalsOf, type Quality, qualityOf } from './metrics.ts'
import { type Population, prepare } from './population.ts'
import { mixtureOf, QUIRKS, withQuirks } from './quirks/quirks.ts'

const DAY_MS = 86_400_000

/** The same population with only its last days. */
const lastDays = (population: Population, days: number): Population => ({
  ...population,
  plays: (user, withAsn) =>
    population
      .plays(user, withAsn)
      .filter((play) => play.startedAt >= population.now - days * DAY_MS),
})

/** Whether a population's plays are an edge's. */
export const isOfEdge = (population: Population): boolean => {
  for (const user of population.labels.keys()) {
    const [first] = population.plays(user, false)
    if (first !== undefined) return hasDerivedDevice(first)
  }
  return false
}

const HEAD = '| history | precision | recall | F1 | AUC | false accusations | innocents flagged |'

const rowOf = (name: string, populations: readonly Population[], days: number): string => {
  const isEdge = populations.every(isOfEdge)
  const accounts = populations.flatMap((p) => prepare(lastDays(p, days), true))
  const judged = judge(accounts, isEdge ? EDGE_WEIGHTS : DEFAULT_WEIGHTS, DEFAULT_THRESHOLD)
  const [quality, intervals] = [qualityOf(judged, days), intervalsOf(judged, days)]
  const cell = (key: keyof Quality, digits: number): string => {
    const [low, high] = intervals[key]
    return `${quality[key].toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
  }
  const innocent = judged.filter((j) => !j.isSharing)
  const share = innocent.filter((j) => j.isFlagged).length / Math.max(1, innocent.length)
  const cells = [
    name,
    cell('precision', 2),
    cell('recall', 2),
    cell('f1', 2),
    cell('auc', 3),
    cell('falseAccusations', 1),
    `${(100 * share).toFixed(1)} %`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** Histories of so many days and of 30 and 14, where those are fewer. */
const spansOf = (days: number): number[] => [days, 30, 14].filter((d, i) => i === 0 || d < days)

/**
 * Prints one table, as shipped, with 95 % intervals: media servers' histories of 60, 30 and 14 days, each quirk on every
 * account, the mixture of all of them, and the histories of edges; then the findings of distant plays in the mixture.
 */
export const printTable = (populations: readonly Population[], days: number): void => {
  const edges = populations.filter(isOfEdge)
  const servers = populations.filter((p) => !isOfEdge(p))
  console.log(`${HEAD}\n${HEAD.replace(/[^|]+/g, '---')}`)
  if (servers.length > 0) {
    for (const span of spansOf(days))
      console.log(rowOf(`media server, ${span} days`, servers, span))
    const mixed = servers.map(mixtureOf)
    for (const span of spansOf(days)) console.log(rowOf(`mixture, ${span} days`, mixed, span))
    for (const kind of QUIRKS) {
      const quirky = servers.map((p) => withQuirks(p, [{ kind, share: 1 }]))
      console.log(rowOf(`on every account: ${kind.name}`, quirky, days))
    }
  }
  if (edges.length > 0)
    for (const span of spansOf(days)) console.log(rowOf(`own edges, ${span} days`, edges, span))
  if (servers.length > 0) printAlarms(servers.map(mixtureOf), days)
}
