import { type AccountDirectory, createAccountDirectory } from '../../accounts/account-directory.ts'
import { type AccountService, createAccountService } from '../../accounts/account-service.ts'
import type { StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { storeUrl } from '../../config/store-url.ts'
import { createKeyRing, type KeyRing } from '../../keys/key-ring.ts'
import { openStore, type Store } from '../../store/store.ts'

/** The database and the services that use it. */
export interface Persistence {
  readonly store: Store
  readonly ring: KeyRing
  readonly directory: AccountDirectory
  readonly accounts: AccountService
}

/** Keys are read again every five seconds, and edges sync each second. */
const KEY_SETTLE_MS = 12_000

/**
 * Opens the database and the services that use it: key ring, account directory, account service.
 * Throws StoreError.
 */
export const openPersistence = async (
  config: Config,
  paths: StatePaths,
  now: () => number,
): Promise<Persistence> => {
  const store = await openStore({ url: storeUrl(config, paths) })
  const keys = {
    list: async () => (await store.keys.list({ limit: 1000 })).rows,
    put: async (key: Parameters<typeof store.keys.put>[0]) => await store.keys.put(key),
  }
  // Only PostgreSQL may have other control planes on it: they and their edges learn a new key first.
  const settleMs = store.engine === 'postgres' ? KEY_SETTLE_MS : 0
  const ring = await createKeyRing(keys, now(), { clock: now, settleMs })
  const directory = createAccountDirectory(
    {
      account: async (id) => await store.accounts.get(id),
      tokenByHash: async (hash) => await store.tokens.byHash(hash),
      tokenByUsername: async (username) => await store.tokens.byUsername(username),
      plan: async (name) => await store.plans.get(name),
    },
    now,
  )
  const accounts = createAccountService(
    {
      account: async (id) => await directory.account(id),
      tokenByHash: async (hash) => await directory.tokenByHash(hash),
      tokenByUsername: async (username) => await directory.tokenByUsername(username),
      putToken: async (token) => await store.tokens.put(token),
    },
    () => ring.serverKey(),
  )
  return { store, ring, directory, accounts }
}
