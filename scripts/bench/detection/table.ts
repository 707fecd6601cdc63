import { hasDerivedDevice } from '../../../control/detect/guards.ts'
import {
  DEFAULT_THRESHOLD,
  DEFAULT_WEIGHTS,
  EDGE_WEIGHTS,
} from '../../../control/detect/household/weights.ts'
import { judge } from './fit.ts'
import { intervalsOf, type Quality, qualityOf } from './metrics.ts'
import { type Population, prepare } from './population.ts'

const DAY_MS = 86_400_000

/** The same population with only its last days. */
const lastDays = (population: Population, days: number): Population => ({
  ...population,
  plays: (user, withAsn) =>
    population
      .plays(user, withAsn)
      .filter((play) => play.startedAt >= population.now - days * DAY_MS),
})

const isOfEdge = (population: Population): boolean => {
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

/** Prints one table: media servers' histories of 60, 30 and 14 days, and those of edges, as shipped, with 95 % intervals. */
export const printTable = (populations: readonly Population[], days: number): void => {
  const edges = populations.filter(isOfEdge)
  const servers = populations.filter((p) => !isOfEdge(p))
  console.log(`${HEAD}\n${HEAD.replace(/[^|]+/g, '---')}`)
  for (const [kind, list] of [
    ['media server', servers],
    ['own edges', edges],
  ] as const) {
    if (list.length === 0) continue
    for (const span of [days, 30, 14].filter((d, i) => i === 0 || d < days))
      console.log(rowOf(`${kind}, ${span} days`, list, span))
  }
}
