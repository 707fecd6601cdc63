/** The most common value of items, the smaller one on a tie; `null` does not count. */
export const mostCommonOf = <I, T extends string>(
  items: readonly I[],
  valueOf: (item: I) => T | null,
): T | null => {
  const counts = new Map<T, number>()
  for (const item of items) {
    const value = valueOf(item)
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  let best: T | null = null
  let most = 0
  for (const [value, count] of counts) {
    if (count < most || (count === most && best !== null && value > best)) continue
    best = value
    most = count
  }
  return best
}
