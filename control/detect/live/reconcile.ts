import { isDeepStrictEqual } from 'node:util'
import type { StoredFinding } from '../../store/tables/records.ts'
import { isSettled, type LiveFinding, storedFinding } from './live-finding.ts'

/** How what is stored differs from what the plays known by now say. */
export interface Reconciled {
  /** Never seen before. */
  readonly fresh: readonly StoredFinding[]
  /** Known, with more evidence or from an order of arrival that hid it for a while. */
  readonly changed: readonly StoredFinding[]
  /** Found from plays that late news has put in another light, and nothing was done about. */
  readonly withdrawn: readonly StoredFinding[]
}

const isSame = (a: StoredFinding, b: StoredFinding): boolean =>
  a.at === b.at &&
  a.severity === b.severity &&
  a.confidence === b.confidence &&
  isDeepStrictEqual(a.evidence, b.evidence)

/** Compares findings with those stored; `isReviewed` tells which of the stored were judged again. */
export const reconcile = (
  found: readonly LiveFinding[],
  stored: readonly StoredFinding[],
  isReviewed: (finding: StoredFinding) => boolean,
): Reconciled => {
  const known = new Map(stored.map((finding) => [finding.id, finding]))
  const wanted = new Set(found.map(({ key }) => key))
  const fresh: StoredFinding[] = []
  const changed: StoredFinding[] = []
  for (const one of found) {
    const next = storedFinding(one)
    const before = known.get(one.key)
    if (before === undefined) fresh.push(next)
    else if (!isSettled(before) && !(isSame(before, next) && before.state === 'open')) {
      changed.push({ ...next, state: before.state, acted: before.acted })
    }
  }
  const withdrawn = stored.filter(
    (old) => old.state === 'open' && !isSettled(old) && !wanted.has(old.id) && isReviewed(old),
  )
  return { fresh, changed, withdrawn }
}
