/** A row of features and whether the account is shared. */
export interface Row {
  readonly x: readonly number[]
  readonly y: boolean
  /** What is added to the row whatever the weights are. */
  readonly offset: number
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, z))))

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** Solves a small positive definite system by elimination. */
const solve = (matrix: number[][], right: number[]): number[] => {
  const n = right.length
  const a = matrix.map((row, i) => [...row, right[i] ?? 0])
  for (let i = 0; i < n; i += 1) {
    const pivot = a[i] ?? []
    for (let k = i + 1; k < n; k += 1) {
      const row = a[k] ?? []
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1)
      for (let j = i; j <= n; j += 1) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0)
    }
  }
  const x: number[] = Array.from({ length: n }, () => 0)
  for (let i = n - 1; i >= 0; i -= 1) {
    const row = a[i] ?? []
    const known = x.reduce((sum, value, j) => (j > i ? sum + value * (row[j] ?? 0) : sum), 0)
    x[i] = ((row[n] ?? 0) - known) / (row[i] ?? 1)
  }
  return x
}

const step = (
  rows: readonly Row[],
  weights: readonly number[],
  ridge: readonly number[],
): number[] => {
  const n = weights.length
  const gradient = weights.map((w, i) => w * (ridge[i] ?? 0))
  const hessian = weights.map((_, i) =>
    weights.map((__, j) => (i === j ? (ridge[i] ?? 0) + 1e-9 : 0)),
  )
  for (const { x, y, offset } of rows) {
    const p = sigmoid(dot(x, weights) + offset)
    const error = p - Number(y)
    const slope = p * (1 - p)
    for (let i = 0; i < n; i += 1) {
      const xi = x[i] ?? 0
      if (xi === 0) continue
      gradient[i] = (gradient[i] ?? 0) + error * xi
      const row = hessian[i] ?? []
      for (let j = 0; j < n; j += 1) row[j] = (row[j] ?? 0) + slope * xi * (x[j] ?? 0)
    }
  }
  const change = solve(hessian, gradient)
  return weights.map((w, i) => w - (change[i] ?? 0))
}

const ROUNDS = 40

/**
 * Fits an additive model by Newton's method, the first column being the constant; a weight whose sign makes no
 * sense (`signs`: 1, -1, 0 for any) is left out, so that what is left can be read.
 */
export const fitLogistic = (
  rows: readonly Row[],
  signs: readonly number[],
  ridge = 1,
): number[] => {
  let out = signs.map(() => false)
  for (;;) {
    const used = out
    const masked = rows.map((row) => ({
      ...row,
      x: row.x.map((value, i) => (used[i] ? 0 : value)),
    }))
    let weights: number[] = signs.map(() => 0)
    const ridges = signs.map((_, i) => (i === 0 ? 0 : ridge))
    for (let round = 0; round < ROUNDS; round += 1) weights = step(masked, weights, ridges)
    const wrong = weights.map((w, i) => (used[i] ?? false) || w * (signs[i] ?? 0) < 0)
    if (wrong.every((value, i) => value === used[i]))
      return weights.map((w, i) => (used[i] ? 0 : w))
    out = wrong
  }
}
