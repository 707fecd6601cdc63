import type { KeyTotals } from '../../data/types.ts'

/** Rows whose keys have the same name, but for capitals, as one under the name met first; the most plays first. */
export const mergedBy = (
  rows: readonly KeyTotals[],
  nameOf: (key: string) => string,
): KeyTotals[] => {
  const merged = new Map<string, KeyTotals>()
  for (const { key, plays, refusals, playedMs, bytes } of rows) {
    const name = nameOf(key)
    const before = merged.get(name.toLowerCase())
    merged.set(name.toLowerCase(), {
      key: before?.key ?? name,
      plays: plays + (before?.plays ?? 0),
      refusals: refusals + (before?.refusals ?? 0),
      playedMs: playedMs + (before?.playedMs ?? 0),
      bytes: bytes + (before?.bytes ?? 0),
    })
  }
  return [...merged.values()].sort((a, b) => b.plays - a.plays)
}
