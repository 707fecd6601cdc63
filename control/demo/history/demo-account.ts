import type { Account } from '../../store/tables/records.ts'
import type { DemoPerson } from './people.ts'
import { randomOf } from './random.ts'

const DAY_MS = 86_400_000

/** The demo's plans, by the streams they allow; its configuration names them. */
const PLANS: Readonly<Record<number, string>> = { 1: 'single', 2: 'standard', 4: 'family' }

const NOTES: readonly [string, ...string[]] = [
  'Pays by bank transfer, always on time.',
  'Hotel guest: ask at the desk before a ban.',
  'Moved in spring; two addresses are fine until the old line ends.',
  'Works abroad every other month.',
  'Asked for a second television.',
]
/** One in so many has a note, and no end of the contract. */
const NOTED = 6
const ENDLESS = 5
/** The last of those whose contract is over; who watches now comes after. */
const OVER_BEFORE = 60
const OVER_EVERY = 20

/** An account of the demo; times in Unix milliseconds. */
export const demoAccount = (
  { id, name, maxSessions }: Pick<Account, 'id' | 'name'> & { readonly maxSessions: number },
  { createdAt, updatedAt }: Pick<Account, 'createdAt' | 'updatedAt'>,
): Account => ({
  id,
  name,
  enabled: true,
  expiresAt: null,
  maxSessions,
  maxNetworks: null,
  limitation: 'replace',
  plan: PLANS[maxSessions] ?? null,
  group: null,
  note: null,
  createdAt,
  updatedAt,
})

/** When a contract ends: most within the year, a few within days, and some are over. */
const endOf = ({ index, kind }: DemoPerson, now: number): number | null => {
  const random = randomOf(104_729 * (index + 1))
  if (kind === 'honest' && index < OVER_BEFORE && index % OVER_EVERY === 7)
    return now - random.whole(1, 20) * DAY_MS
  if (index % ENDLESS === 1) return null
  return now + random.whole(index % 9 === 0 ? 1 : 15, index % 9 === 0 ? 7 : 365) * DAY_MS
}

/** The account of an invented person: plan, end, note, and a group of its own where the network does not decide. */
export const accountOfPerson = (person: DemoPerson, now: number, days: number): Account => ({
  ...demoAccount(person, { createdAt: now - days * DAY_MS, updatedAt: now }),
  group: person.group === 'abroad' || person.index % 3 === 0 ? person.group : null,
  expiresAt: endOf(person, now),
  note: person.index % NOTED === 2 ? randomOf(person.index).pick(NOTES) : null,
})
