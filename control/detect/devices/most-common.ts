/** The most common value, the smaller one on a tie. */
export const mostCommon = <T extends string>(values: readonly (T | null)[]): T | null => {
  const counts = new Map<T, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: T | null = null
  for (const [value, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (best === null || count > (counts.get(best) ?? 0)) best = value
  }
  return best
}
