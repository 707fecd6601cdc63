import type { TrustEntry } from '../../store/tables/records.ts'
import type { TrustStore } from '../../store/tables/stores.ts'
import { DISMISSED_REASON, fullTrust, type TrustChange, type TrustState } from '../scoring/trust.ts'

const REMEMBERED = 1000

const changeOf = ({ at, delta, value, reason, findingId }: TrustEntry): TrustChange => ({
  at,
  delta,
  value,
  reason,
  findingId,
})

/** Reads the trust of an account from its ledger. */
export const loadTrust = async (
  store: Pick<TrustStore, 'list'>,
  account: string,
  now: number,
): Promise<TrustState> => {
  const where = { account }
  const { rows } = await store.list({ where, sort: 'at', descending: true, limit: REMEMBERED })
  const ledger = rows.map(changeOf).toReversed()
  const last = ledger.at(-1)
  if (last === undefined) return fullTrust(now)
  // Giving back what a dismissed finding took does not begin the wait for recovery anew.
  const since = ledger.findLast((entry) => entry.reason !== DISMISSED_REASON)?.at ?? last.at
  return { value: last.value, since, ledger }
}

/**
 * Appends the entries that `after` has more than `before`, with strictly increasing times, so that the newest
 * is unambiguous.
 */
export const saveTrust = async (
  store: Pick<TrustStore, 'putAll'>,
  account: string,
  before: TrustState,
  after: TrustState,
): Promise<void> => {
  let last = before.ledger.at(-1)?.at ?? 0
  const added = after.ledger.slice(before.ledger.length).map((change): TrustEntry => {
    last = Math.max(change.at, last + 1)
    const what = change.findingId ?? 'recovery'
    return { ...change, at: last, id: `${account} ${last} ${what}`, account }
  })
  if (added.length > 0) await store.putAll(added)
}
