import type { AccountRef, PlayRecord } from '#domain/types'
import { allRows } from '../store/tables/all-rows.ts'
import type { PeopleTables, StoredServerUser } from '../store/tables/people-tables.ts'

/** The users a server has now. */
export interface Roll {
  readonly server: string
  readonly users: readonly {
    readonly account: AccountRef
    readonly name: string
    readonly email: string | null
  }[]
}

/** What the roll is kept with. */
export interface RollParts {
  readonly store: Pick<PeopleTables, 'serverUsers'>
  /** The latest play of an account, for its user's name. */
  readonly latestPlay: (account: AccountRef) => Promise<PlayRecord | null>
  readonly now: () => number
}

const isChanged = (before: StoredServerUser | undefined, after: StoredServerUser): boolean =>
  before === undefined ||
  before.name !== after.name ||
  before.email !== after.email ||
  before.removedAt !== after.removedAt

/**
 * Writes down who has an account at a server: users that are gone stay, marked as removed, and so do those only the
 * history of plays knows.
 */
export const keepRoll = async (
  { store, latestPlay, now }: RollParts,
  { server, users }: Roll,
  played: readonly AccountRef[],
): Promise<void> => {
  const at = Math.trunc(now())
  const rows = (await allRows(store.serverUsers)).filter((row) => row.server === server)
  const before = new Map(rows.map((row) => [row.account, row]))
  const present = users.map(({ account, name, email }) => ({
    account,
    name,
    email,
    server,
    seenAt: at,
    removedAt: null,
  }))
  const here = new Set(present.map(({ account }) => account))
  const gone = rows
    .filter(({ account }) => !here.has(account))
    .map((row) => ({ ...row, removedAt: row.removedAt ?? at }))
  const unknown: StoredServerUser[] = []
  for (const account of played) {
    if (here.has(account) || before.has(account)) continue
    const play = await latestPlay(account)
    const seenAt = Math.trunc(play?.lastSeenAt ?? at)
    const name = play?.accountName ?? account
    unknown.push({ account, server, name, email: null, seenAt, removedAt: at })
  }
  const all = [...present, ...gone, ...unknown]
  await store.serverUsers.putAll(all.filter((row) => isChanged(before.get(row.account), row)))
}
