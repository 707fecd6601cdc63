import { FEATURES, type Weights } from '../../control/detect/household/features.ts'
import { DEFAULT_THRESHOLD, DEFAULT_WEIGHTS } from '../../control/detect/household/weights.ts'
import { positive, readOptions } from '../options.ts'
import { fitWeights, judge } from './detection/fit.ts'
import { intervalsOf, type Judged, qualityOf, ratesPerKind } from './detection/metrics.ts'
import { type Prepared, prepare, readPopulations, SAMPLES } from './detection/population.ts'
import { isOfEdge, printTable } from './detection/table.ts'

const FOLDS = 10

const USAGE = `usage: npm run bench:detection -- [--data DIR] [--days 60] [--table] [--fit]
DIR: a population, or a folder of them: history.json, geo.json, labels.json, [asn.json], each or as .gz`
const values = readOptions(USAGE, {
  data: { type: 'string' },
  days: { type: 'string' },
  fit: { type: 'boolean' },
  table: { type: 'boolean' },
})

const figures = (name: string, judged: readonly Judged[], days: number): void => {
  const quality = qualityOf(judged, days)
  const intervals = intervalsOf(judged, days)
  const show = (key: keyof typeof quality, digits: number): string => {
    const [low, high] = intervals[key]
    return `${quality[key].toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
  }
  console.log(`\n${name}`)
  console.log(
    `  precision ${show('precision', 3)}  recall ${show('recall', 3)}  F1 ${show('f1', 3)}`,
  )
  console.log(
    `  AUC ${show('auc', 4)}  false accusations per 1,000 innocent accounts per 30 days ${show('falseAccusations', 2)}`,
  )
}

const kinds = (judged: readonly Judged[]): void => {
  for (const isSharing of [true, false]) {
    console.log(isSharing ? '  found, by kind of sharing:' : '  flagged, by kind of innocence:')
    for (const row of ratesPerKind(judged).filter((r) => r.isSharing === isSharing)) {
      const rate = ((100 * row.flagged) / row.of).toFixed(1).padStart(5)
      console.log(`    ${row.kind.padEnd(16)} ${rate} %  ${row.flagged}/${row.of}`)
    }
  }
}

const say = (weights: Weights): string =>
  [
    `intercept ${weights.intercept.toFixed(2)}`,
    ...FEATURES.map((id) => `${id} ${weights[id].toFixed(2)}`),
  ].join(', ')

/** The threshold with the best F1 on the accounts used for fitting. */
const chooseThreshold = (judged: readonly Judged[], days: number): number => {
  const scores = [...new Set(judged.map((j) => Math.round(j.score)))].sort((a, b) => a - b)
  const f1 = (threshold: number): number =>
    qualityOf(
      judged.map((j) => ({ ...j, isFlagged: j.score >= threshold })),
      days,
    ).f1
  return scores.reduce((best, t) => (f1(t) > f1(best) ? t : best), DEFAULT_THRESHOLD)
}

type Split = (accounts: readonly Prepared[]) => readonly (readonly Prepared[])[]

const byFold: Split = (accounts) =>
  Array.from({ length: FOLDS }, (_, fold) => accounts.filter((__, i) => i % FOLDS === fold))

const byPopulation: Split = (accounts) => {
  const names = [...new Set(accounts.map((a) => a.population))]
  return names.map((name) => accounts.filter((a) => a.population === name))
}

const crossValidate = (accounts: readonly Prepared[], split: Split, days: number) => {
  const fixed: Judged[] = []
  const chosen: Judged[] = []
  const thresholds: number[] = []
  for (const held of split(accounts)) {
    const rest = accounts.filter((a) => !held.includes(a))
    const weights = fitWeights(rest, DEFAULT_WEIGHTS)
    const threshold = chooseThreshold(judge(rest, weights, DEFAULT_THRESHOLD), days)
    thresholds.push(threshold)
    fixed.push(...judge(held, weights, DEFAULT_THRESHOLD))
    chosen.push(...judge(held, weights, threshold))
  }
  return { fixed, chosen, thresholds }
}

const run = (folder: string): void => {
  const days = positive(values.days, 60)
  const populations = readPopulations(folder)
  if (populations.length === 0) throw new Error(`${folder} holds no population (history.json.gz)`)
  printTable(populations, days)
  const servers = populations.filter((population) => !isOfEdge(population))
  if (values.table || servers.length === 0) return
  for (const withAsn of [true, false]) {
    const accounts = servers.flatMap((p) => prepare(p, withAsn))
    const table = withAsn ? 'with the ASN table' : 'without the ASN table'
    const sharing = accounts.filter((a) => a.isSharing).length
    console.log(
      `\n=== ${table}: ${servers.length} populations, ${sharing} shared and ${accounts.length - sharing} innocent accounts, ${days} days`,
    )
    const judged = judge(accounts, DEFAULT_WEIGHTS, DEFAULT_THRESHOLD)
    figures(`the weights as shipped, threshold ${DEFAULT_THRESHOLD}`, judged, days)
    kinds(judged)
    const splits: [string, Split][] = [[`${FOLDS} folds`, byFold]]
    if (servers.length > 1) splits.unshift(['one population held out', byPopulation])
    for (const [name, split] of splits) {
      const { fixed, chosen, thresholds } = crossValidate(accounts, split, days)
      figures(
        `cross-validated (${name}): weights fitted anew, threshold ${DEFAULT_THRESHOLD}`,
        fixed,
        days,
      )
      figures(
        `cross-validated (${name}): threshold fitted too (${thresholds.join(', ')})`,
        chosen,
        days,
      )
    }
    if (values.fit) {
      const fitted = fitWeights(accounts, DEFAULT_WEIGHTS)
      console.log(`\nfitted: ${say(fitted)}`)
      figures('fitted, on the same accounts', judge(accounts, fitted, DEFAULT_THRESHOLD), days)
    }
  }
}

const folder = values.data ?? SAMPLES
const started = performance.now()
try {
  if (folder === SAMPLES) console.log('the committed samples; --data DIR measures others')
  run(folder)
  console.log(`\n${((performance.now() - started) / 1000).toFixed(1)} s`)
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
