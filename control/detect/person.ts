import type { AccountRef } from '#domain/types'

/**
 * Accounts of media servers (`backend:NAME:ID`, `server:NAME:ID`) of the pseudo user: Tautulli gives it the id 0 and the name `Local`, others an id of
 * zeros alone, or none.
 */
const NOBODY = /^(?:backend|server):.*:(?:[0-]*|Local)$/

/** Whether an account stands for the viewers of a media server who have not signed in: several people, and none of them. */
export const isPseudoUser = (account: AccountRef): boolean => NOBODY.test(account)

/**
 * Whether an account is a person's: not a network's (viewers without a token), nor the pseudo user of viewers who have
 * not signed in.
 */
export const isPerson = (account: AccountRef): boolean =>
  !account.startsWith('net:') && !isPseudoUser(account)
