import type { GroupedUser } from '../../sources/model/grouped-history.ts'
import { type Outcome, orderedPool } from '../common/ordered-pool.ts'
import { safe } from '../common/python-text.ts'
import { AT_ONCE, type CompatRun, historyOf } from './context.ts'
import { faultText } from './fault.ts'
import { placesOf } from './geo.ts'
import { type AddressesOfUser, addressesJson, addressReport, countAddresses } from './top-ips.ts'
import { shownName } from './users.ts'

/** Result of one user: addresses, no history, or an error. */
type Counted =
  | { readonly kind: 'addresses'; readonly user: AddressesOfUser }
  | { readonly kind: 'none'; readonly user: GroupedUser }
  | { readonly kind: 'fault'; readonly user: GroupedUser; readonly error: string }

const countFor = async (run: CompatRun, user: GroupedUser): Promise<Counted> => {
  const history = await historyOf(run, user)
  if (history.length === 0) return { kind: 'none', user }
  const uses = countAddresses(history)
  const plays = uses.reduce((total, use) => total + use.plays, 0)
  const seconds = uses.reduce((total, use) => total + use.seconds, 0)
  const name = shownName(user)
  return { kind: 'addresses', user: { user_id: user.user_id, name, uses, plays, seconds } }
}

const countedOf = (outcome: Outcome<Counted>, user: GroupedUser): Counted =>
  outcome.ok ? outcome.value : { kind: 'fault', user, error: faultText(outcome.error) }

const verdict = (counted: Counted): string => {
  if (counted.kind === 'none') return 'no history'
  if (counted.kind === 'fault') return `error: ${safe(counted.error)}`
  return `${counted.user.plays} plays, ${counted.user.uses.length} IP(s)`
}

const rowOf = (counted: Exclude<Counted, { kind: 'addresses' }>) => ({
  user_id: counted.user.user_id,
  name: shownName(counted.user),
  ...(counted.kind === 'fault' ? { error: counted.error } : { skipped: true }),
})

/** Runs the report of addresses by user, without scores and thresholds. */
export const runTopIps = async (run: CompatRun, users: readonly GroupedUser[]): Promise<void> => {
  const all: Counted[] = []
  const work = (user: GroupedUser): Promise<Counted> => countFor(run, user)
  for await (const { item: user, outcome } of orderedPool(users, AT_ONCE, work)) {
    const counted = countedOf(outcome, user)
    all.push(counted)
    run.progress(
      `  [${all.length}/${users.length}] ${safe(shownName(user))}... ${verdict(counted)}`,
    )
  }
  const found = all.flatMap((counted) => (counted.kind === 'addresses' ? [counted.user] : []))
  const addresses = new Set(found.flatMap((user) => user.uses.map((use) => use.ip)))
  if (run.options.geo) {
    run.progress('')
    run.progress(`  Resolving ${addresses.size} IP(s)...`)
  }
  const places = run.options.geo ? await placesOf(run.book, addresses) : null
  if (!run.options.json) {
    for (const line of addressReport(found, places)) run.out(line)
    return
  }
  const rows = all.map((counted) =>
    counted.kind === 'addresses' ? addressesJson(counted.user, places) : rowOf(counted),
  )
  run.out(JSON.stringify({ users: rows }, null, 2))
}
