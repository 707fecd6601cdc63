import { isDeepStrictEqual } from 'node:util'
import type { StoredFinding } from '../../store/tables/records.ts'
import { isSettled, type LiveFinding, storedFinding } from './live-finding.ts'

/** Difference between the stored findings and those found now. */
export interface Reconciled {
  /** Never seen before. */
  readonly fresh: readonly StoredFinding[]
  /** Stored, with changed evidence, or withdrawn earlier and found again. */
  readonly changed: readonly StoredFinding[]
  /** No longer found after late reports, and without a response. */
  readonly withdrawn: readonly StoredFinding[]
}

const isSame = (a: StoredFinding, b: StoredFinding): boolean =>
  a.at === b.at &&
  a.severity === b.severity &&
  a.confidence === b.confidence &&
  isDeepStrictEqual(a.evidence, b.evidence)

/** Compares findings with the stored ones; `isReviewed` selects the stored ones that were judged again. */
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
