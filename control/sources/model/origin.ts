import type { AccountRef } from '#domain/types'

/** How a source of a media server names itself and its accounts. */
export interface SourceOrigin {
  /** `<kind>:<name>`, the kind alone where there is but one. */
  readonly source: string
  readonly accountOf: (userId: string) => AccountRef
}

/** The account of a user of a media server: `server:<name>:<user id>`. */
export const serverAccount = (name: string, userId: string): AccountRef =>
  `server:${name}:${userId}`

/** Names of a server; several of a kind share no account. */
export const sourceOrigin = (kind: string, name: string | null): SourceOrigin => ({
  source: name === null ? kind : `${kind}:${name}`,
  accountOf: (userId) => serverAccount(name ?? kind, userId),
})

/** The server's name and the user's id in an account; `null` for an account of another kind. */
export const readServerAccount = (
  account: AccountRef,
): { readonly server: string; readonly user: string } | null => {
  const [, server, user] = /^server:([^:]+):(.+)$/.exec(account) ?? []
  return server === undefined || user === undefined ? null : { server, user }
}
