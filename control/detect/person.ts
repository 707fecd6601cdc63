import type { AccountRef } from '#domain/types'

/** Accounts of media servers, as `backend:NAME:ID` or `server:NAME:ID`, of the user that stands for nobody. */
const NOBODY = /^(?:backend|server):.*:0$/

/**
 * Whether an account is somebody's: viewers without a token are known by network only, and a pseudo user stands for
 * everybody who never signed in.
 */
export const isPerson = (account: AccountRef): boolean =>
  !account.startsWith('net:') && !NOBODY.test(account)
