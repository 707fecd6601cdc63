import type { AccountRef } from '#domain/types'

/** Ids of the pseudo user: Tautulli gives it the id 0 and the name `Local`, others an id of zeros alone, none, or `System`. */
const NOBODYS_ID = /^\s*(?:[0-]*|local|system)\s*$/i

/** Accounts of media servers: `backend:NAME:ID`, `server:NAME:ID`, or the id alone in histories of other programs. */
const OF_SERVER = /^(?:(?:backend|server):.*:)?([^:]*)$/

/** Whether a media server's user of this id stands for viewers who have not signed in. */
export const isPseudoUserId = (id: string): boolean => NOBODYS_ID.test(id)

/** Whether an account stands for the viewers of a media server who have not signed in: several people, and none of them. */
export const isPseudoUser = (account: AccountRef): boolean => {
  const id = OF_SERVER.exec(account)?.[1]
  return id !== undefined && isPseudoUserId(id)
}

/** How many accounts there are among those of plays or sessions: a pseudo user is none. */
export const countAccounts = (accounts: readonly AccountRef[]): number =>
  new Set(accounts.filter((account) => !isPseudoUser(account))).size

/**
 * Whether an account is a person's: not a network's (viewers without a token), nor the pseudo user of viewers who have
 * not signed in.
 */
export const isPerson = (account: AccountRef): boolean =>
  !account.startsWith('net:') && !isPseudoUser(account)
