import { randomUUID } from 'node:crypto'
import type { AccountRef } from '#domain/types'
import { allRows } from '../store/tables/all-rows.ts'
import type { PeopleTables, StoredPerson } from '../store/tables/people-tables.ts'
import type { Tables } from '../store/tables/stores.ts'

/** One person with several accounts. */
export interface Person {
  readonly id: string
  readonly name: string | null
  /** Two or more; the first speaks for all of them: findings and confidence stand under it. */
  readonly accounts: readonly AccountRef[]
}

/** Whose accounts are one person's, from memory. */
export interface PeopleView {
  /** The account that speaks for this one; itself where it is nobody else's. */
  readonly primaryOf: (account: AccountRef) => AccountRef
  /** All accounts of the person, the one that speaks first. */
  readonly membersOf: (account: AccountRef) => readonly AccountRef[]
}

/** People as operators change them. */
export interface People extends PeopleView {
  all(): readonly Person[]
  /** Reads them again, since other control planes change them too; the accounts whose person is another one now. */
  reload(): Promise<readonly AccountRef[]>
  /** Makes one person of accounts, and of those who have them already. */
  merge(accounts: readonly AccountRef[], name: string | null): Promise<Person>
  /** Takes accounts away from a person, who is none with fewer than two left; false where there is no such person. */
  split(id: string, accounts: readonly AccountRef[]): Promise<boolean>
}

/** What people work with. */
export interface PeopleParts {
  readonly store: Pick<PeopleTables, 'people'> & {
    readonly atomically: <T>(work: (tables: Changed) => Promise<T>) => Promise<T>
  }
  readonly now: () => number
}

const FEWEST = 2

const personOf = ({ id, name, accounts }: StoredPerson): Person => ({
  id,
  name,
  accounts: Array.isArray(accounts) ? accounts.map(String) : [],
})

const viewOf = (people: readonly Person[]) =>
  new Map(people.flatMap((person) => person.accounts.map((account) => [account, person] as const)))

const readAll = async (tables: Pick<PeopleTables, 'people'>): Promise<StoredPerson[]> => {
  const rows = await allRows(tables.people)
  return rows.sort((a, b) => a.createdAt - b.createdAt)
}

/** Nobody is merged with anybody. */
export const ALL_STRANGERS: PeopleView = {
  primaryOf: (account) => account,
  membersOf: (account) => [account],
}

/** A view of people that were read before. */
export const peopleView = (people: readonly Person[]): PeopleView => {
  const known = viewOf(people)
  return {
    primaryOf: (account) => known.get(account)?.accounts[0] ?? account,
    membersOf: (account) => known.get(account)?.accounts ?? [account],
  }
}

/** Reads the people of a store once. */
export const readPeople = async (tables: Pick<PeopleTables, 'people'>): Promise<Person[]> =>
  (await readAll(tables)).map(personOf)

type Changed = Pick<Tables, 'people' | 'assessments'>

/** Makes one person of accounts, as a part of a transaction. */
const mergeIn = async (
  tables: Changed,
  accounts: readonly AccountRef[],
  { name, at }: { readonly name: string | null; readonly at: number },
): Promise<Person> => {
  const wanted = new Set(accounts)
  const known = await readAll(tables)
  const met = known.filter((row) => personOf(row).accounts.some((one) => wanted.has(one)))
  // The person of the account named first stays; the others go into it.
  const first = met.find((row) => personOf(row).accounts.includes(accounts[0] ?? '')) ?? met[0]
  const others = met.filter((row) => row !== first)
  const ordered = first === undefined ? met : [first, ...others]
  const all = new Set([...ordered.flatMap((row) => personOf(row).accounts), ...accounts])
  const person: StoredPerson = {
    id: first?.id ?? randomUUID().slice(0, 8),
    name: name ?? ordered.find((row) => row.name !== null)?.name ?? null,
    accounts: [...all],
    createdAt: first?.createdAt ?? at,
    updatedAt: at,
  }
  for (const { id } of others) await tables.people.remove(id)
  await tables.people.put(person)
  // The first account's confidence is worked out anew, from everything.
  for (const account of all) await tables.assessments.remove(account)
  return personOf(person)
}

/** Keeps people; nobody is known before `reload`. */
export const createPeople = ({ store, now }: PeopleParts): People => {
  let people: readonly Person[] = []
  let view = peopleView(people)
  const reload = async (): Promise<readonly AccountRef[]> => {
    const before = view
    const accounts = new Set(people.flatMap((person) => person.accounts))
    people = await readPeople(store)
    view = peopleView(people)
    for (const account of people.flatMap((person) => person.accounts)) accounts.add(account)
    const isSame = (account: AccountRef): boolean =>
      before.membersOf(account).join('\n') === view.membersOf(account).join('\n')
    return [...accounts].filter((account) => !isSame(account))
  }
  return {
    all: () => people,
    primaryOf: (account) => view.primaryOf(account),
    membersOf: (account) => view.membersOf(account),
    reload,
    merge: async (accounts, name) => {
      const merged = await store.atomically(
        async (tables) => await mergeIn(tables, accounts, { name, at: Math.trunc(now()) }),
      )
      await reload()
      return merged
    },
    split: async (id, accounts) => {
      const gone = new Set(accounts)
      const isKnown = await store.atomically(async (tables) => {
        const row = await tables.people.get(id)
        if (row === null) return false
        const before = personOf(row).accounts
        const left = before.filter((account) => !gone.has(account))
        if (left.length < FEWEST) await tables.people.remove(id)
        else await tables.people.put({ ...row, accounts: left, updatedAt: Math.trunc(now()) })
        for (const account of before) await tables.assessments.remove(account)
        return true
      })
      await reload()
      return isKnown
    },
  }
}
