/** One judged account. */
export interface Judged {
  readonly population: string
  readonly kind: string
  readonly isSharing: boolean
  readonly score: number
  readonly isFlagged: boolean
}

/** Quality of the judgements. */
export interface Quality {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly auc: number
  /** False accusations per 1,000 innocent accounts in 30 days. */
  readonly falseAccusations: number
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)

/** Area under the ROC curve; ties count half. */
export const areaUnderCurve = (judged: readonly Judged[]): number => {
  const sorted = [...judged].sort((a, b) => a.score - b.score)
  let rankSum = 0
  for (let i = 0; i < sorted.length; ) {
    let j = i
    while (j < sorted.length && sorted[j]?.score === sorted[i]?.score) j += 1
    // Every tied account gets the mean of the ranks they share.
    const meanRank = (i + 1 + j) / 2
    rankSum += meanRank * sorted.slice(i, j).filter((s) => s.isSharing).length
    i = j
  }
  const sharing = judged.filter((j) => j.isSharing).length
  const innocent = judged.length - sharing
  return ratio(rankSum - (sharing * (sharing + 1)) / 2, sharing * innocent)
}

/** All figures of a set of judgements over so many days. */
export const qualityOf = (judged: readonly Judged[], days: number): Quality => {
  const flagged = judged.filter((j) => j.isFlagged)
  const hits = flagged.filter((j) => j.isSharing).length
  const sharing = judged.filter((j) => j.isSharing).length
  const innocent = judged.length - sharing
  return {
    precision: ratio(hits, flagged.length),
    recall: ratio(hits, sharing),
    f1: ratio(2 * hits, flagged.length + sharing),
    auc: areaUnderCurve(judged),
    falseAccusations: ratio((flagged.length - hits) * 30_000, innocent * days),
  }
}

/** The random numbers of a run, the same each time. */
const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** 95 % intervals of every figure, by drawing the accounts anew. */
export const intervalsOf = (
  judged: readonly Judged[],
  days: number,
  draws = 400,
): Readonly<Record<keyof Quality, readonly [number, number]>> => {
  const random = randomOf(1)
  const runs: Quality[] = []
  for (let i = 0; i < draws; i += 1) {
    const drawn = judged.map(() => judged[Math.floor(random() * judged.length)])
    runs.push(
      qualityOf(
        drawn.filter((j) => j !== undefined),
        days,
      ),
    )
  }
  const range = (name: keyof Quality): [number, number] => {
    const values = runs.map((r) => r[name]).sort((a, b) => a - b)
    return [values[Math.floor(draws * 0.025)] ?? 0, values[Math.floor(draws * 0.975)] ?? 0]
  }
  return {
    precision: range('precision'),
    recall: range('recall'),
    f1: range('f1'),
    auc: range('auc'),
    falseAccusations: range('falseAccusations'),
  }
}

/** How many of each kind were flagged. */
export const ratesPerKind = (
  judged: readonly Judged[],
): { kind: string; isSharing: boolean; flagged: number; of: number }[] => {
  const kinds = new Map<string, { kind: string; isSharing: boolean; flagged: number; of: number }>()
  for (const { kind, isSharing, isFlagged } of judged) {
    const key = `${isSharing} ${kind}`
    const row = kinds.get(key) ?? { kind, isSharing, flagged: 0, of: 0 }
    row.of += 1
    row.flagged += Number(isFlagged)
    kinds.set(key, row)
  }
  return [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1))
}
