import { groupBy } from '#domain/group-by'
import type { AccountRef } from '#domain/types'
import type { StoredServerUser } from '../store/tables/people-tables.ts'
import type { PeopleView } from './people.ts'

/** Accounts that look like one person's. */
export interface Suggestion {
  readonly by: 'email' | 'name'
  /** What they have in common. */
  readonly value: string
  readonly accounts: readonly AccountRef[]
}

type User = Pick<StoredServerUser, 'account' | 'server' | 'name' | 'email'>

/** Names that say nothing of who it is. */
const ANYBODY = new Set(
  'admin administrator default demo family friends guest home kids living media plex jellyfin emby root server test tv user viewer'.split(
    ' ',
  ),
)
const SHORTEST_NAME = 3

/** A name as people write it in several ways: case, accents, blanks and punctuation do not count. */
const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

const emailOf = ({ email, name }: User): string | null => {
  const text = (email ?? (name.includes('@') ? name : '')).trim().toLowerCase()
  return /^[^@\s]+@[^@\s]+$/.test(text) ? text : null
}

const nameOf = ({ name }: User): string | null => {
  const plain = plainName(name)
  return plain.length < SHORTEST_NAME || ANYBODY.has(plain) || name.includes('@') ? null : plain
}

const suggestionsBy = (
  by: Suggestion['by'],
  users: readonly User[],
  { primaryOf }: Pick<PeopleView, 'primaryOf'>,
): Suggestion[] => {
  const known = users.flatMap((user) => {
    const value = by === 'email' ? emailOf(user) : nameOf(user)
    return value === null ? [] : [{ user, value }]
  })
  return [...groupBy(known, ({ value }) => value)].flatMap(([value, some]) => {
    const accounts = [...some].map(({ user }) => user.account).sort()
    const servers = new Set([...some].map(({ user }) => user.server))
    const persons = new Set(accounts.map((account) => primaryOf(account)))
    // Two users of one server with one name are two people.
    if (persons.size < 2 || (by === 'name' && servers.size < 2)) return []
    return [{ by, value, accounts }]
  })
}

/** Accounts of users that look like one person's: by e-mail address first, then by name; what is one person already is left out. */
export const suggestPeople = (
  users: readonly User[],
  people: Pick<PeopleView, 'primaryOf'>,
): Suggestion[] => {
  const byEmail = suggestionsBy('email', users, people)
  const told = new Set(byEmail.map(({ accounts }) => accounts.join('\n')))
  const byName = suggestionsBy('name', users, people)
  return [...byEmail, ...byName.filter(({ accounts }) => !told.has(accounts.join('\n')))]
}
