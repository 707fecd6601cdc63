import type { AccountRef } from '#domain/types'

/** Accounts of media servers (`backend:NAME:ID`, `server:NAME:ID`) of the pseudo user, whom Tautulli gives the id 0 and the name `Local`. */
const NOBODY = /^(?:backend|server):.*:(?:0|Local)$/

/**
 * Whether an account is a person's: not a network's (viewers without a token), nor the pseudo user of viewers who have
 * not signed in.
 */
export const isPerson = (account: AccountRef): boolean =>
  !account.startsWith('net:') && !NOBODY.test(account)
