import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { hashToken } from '../../accounts/secrets.ts'
import type { Config } from '../../config/schema/schema.ts'
import { demoAccount } from '../../demo/history/demo-account.ts'
import { makeDemoHistory } from '../../demo/history/make-history.ts'
import { ROLES_FILE, watchingPeople, writeRoles } from '../../demo/viewers/roles.ts'
import type { Account } from '../../store/tables/records.ts'
import type { Persistence } from '../base/persistence.ts'

/** A demo account with its token, for the terminal. */
export interface DemoAccount {
  readonly name: string
  readonly token: string
  readonly maxSessions: number
}

/** The same token at every start, though only its hash is kept: it is derived from the server key. */
const demoToken = (serverKey: Uint8Array, name: string): string =>
  createHmac('sha256', serverKey).update(`demo account\0${name}`).digest('base64url').slice(0, 24)

const putToken = async (
  store: Persistence['store'],
  account: Account['id'],
  { hash, at }: { readonly hash: string; readonly at: number },
): Promise<void> => {
  await store.tokens.put({
    id: `demo-${account}`,
    accountId: account,
    kind: 'token',
    username: null,
    hash,
    label: 'demo',
    createdAt: at,
    lastUsedAt: null,
    revokedAt: null,
  })
}

/** Makes the demo's accounts where they are missing. */
export const ensureDemoAccounts = async (
  config: Config,
  { store, ring }: Persistence,
  now: number,
): Promise<DemoAccount[]> => {
  if (!config.demo.enabled) return []
  const made: DemoAccount[] = []
  for (const { name, max_sessions: maxSessions } of config.demo.accounts) {
    const token = demoToken(ring.serverKey(), name)
    const known = await store.accounts.get(name)
    if (!known) {
      const fresh = demoAccount({ id: name, name, maxSessions }, { createdAt: now, updatedAt: now })
      await store.accounts.put(fresh)
    }
    await putToken(store, name, {
      hash: hashToken(ring.serverKey(), token),
      at: known?.createdAt ?? now,
    })
    made.push({ name, token, maxSessions: known?.maxSessions ?? maxSessions })
  }
  return made
}

/** What the demo's history needs of a control plane. */
export interface DemoHistoryParts {
  readonly persistence: Persistence
  /** The demo's state folder. */
  readonly state: string
  readonly log: Logger
  readonly now: () => number
}

/** Makes the demo's history at its first start, and says at every start who of it watches. */
export const ensureDemoHistory = async (parts: DemoHistoryParts): Promise<void> => {
  const { persistence, state, log, now } = parts
  const { store, ring } = persistence
  const began = now()
  const made = await makeDemoHistory({ store, now })
  if (made !== null) {
    const { accounts, plays, findings } = made
    const text = `${accounts} accounts, ${plays} plays, ${findings} findings`
    log.info(`the demo's history: ${text} in ${now() - began} ms`)
  }
  const tokenOf = (account: string) => demoToken(ring.serverKey(), account)
  for (const { id } of watchingPeople()) {
    if ((await store.accounts.get(id)) === null || (await store.tokens.get(`demo-${id}`)) !== null)
      continue
    await putToken(store, id, { hash: hashToken(ring.serverKey(), tokenOf(id)), at: now() })
  }
  writeRoles(join(state, ROLES_FILE), tokenOf)
}
