import type { AccountRef, PlayRecord } from '#domain/types'
import type { PlayReader } from '../store/history/play-reader.ts'
import type { PeopleView } from './people.ts'

type Readers = Pick<PlayReader, 'playsOf' | 'playsOfEach' | 'accountsWithPlays'>

const byStart = (a: PlayRecord, b: PlayRecord): number => a.startedAt - b.startedAt

/** Plays under the account that speaks for the person. */
export const asPersons = (
  plays: readonly PlayRecord[],
  { primaryOf }: Pick<PeopleView, 'primaryOf'>,
): PlayRecord[] =>
  plays.map((play) => {
    const account = primaryOf(play.account)
    return account === play.account ? play : { ...play, account }
  })

/** Everybody's plays, one person at a time: those with several accounts come last. */
export async function* playsByPerson(
  accounts: AsyncIterable<readonly PlayRecord[]>,
  people: PeopleView,
): AsyncGenerator<readonly PlayRecord[]> {
  const held = new Map<AccountRef, PlayRecord[]>()
  for await (const plays of accounts) {
    const account = plays[0]?.account
    if (account === undefined || people.membersOf(account).length === 1) yield plays
    else {
      const primary = people.primaryOf(account)
      held.set(primary, [...(held.get(primary) ?? []), ...asPersons(plays, people)])
    }
  }
  for (const plays of held.values()) yield plays.sort(byStart)
}

/** History in which the accounts of a person are one. */
export const readPersons = (history: Readers, people: PeopleView): Readers => {
  const playsOfEach: Readers['playsOfEach'] = async (accounts, from, to) => {
    const members = [...new Set(accounts.flatMap((account) => people.membersOf(account)))]
    const plays = asPersons(await history.playsOfEach(members, from, to), people)
    return members.length === accounts.length ? plays : plays.sort(byStart)
  }
  return {
    playsOfEach,
    playsOf: async (account, from, to) =>
      people.membersOf(account).length === 1
        ? await history.playsOf(account, from, to)
        : await playsOfEach([account], from, to),
    accountsWithPlays: async (from, to) => {
      const accounts = await history.accountsWithPlays(from, to)
      return [...new Set(accounts.map((account) => people.primaryOf(account)))]
    },
  }
}
