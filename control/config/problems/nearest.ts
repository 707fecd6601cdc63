/** Edit distance (Levenshtein) between two words. */
const slips = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, letter] of one.split('').entries()) {
    const next = [at + 1]
    for (const [to, wanted] of other.split('').entries()) {
      const changed = (row[to] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min(changed, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/** The known name nearest to a misspelt one; `null` where none is near. */
export const nearestName = (written: string, names: readonly string[]): string | null => {
  const plain = written.slice(0, 64).toLowerCase().replaceAll('-', '_')
  const most = Math.max(1, Math.floor(plain.length / 3))
  const ranked = names
    .map((name) => ({ name, far: slips(plain, name) }))
    .filter(({ far }) => far <= most)
    .toSorted((a, b) => a.far - b.far)
  return ranked[0]?.name ?? null
}
