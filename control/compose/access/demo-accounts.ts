import { createHmac } from 'node:crypto'
import { hashToken } from '../../accounts/secrets.ts'
import type { Config } from '../../config/schema/schema.ts'
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
      await store.accounts.put({
        id: name,
        name,
        enabled: true,
        expiresAt: null,
        maxSessions,
        maxNetworks: null,
        limitation: 'replace',
        plan: null,
        group: null,
        note: 'demo',
        createdAt: now,
        updatedAt: now,
      })
    }
    await store.tokens.put({
      id: `demo-${name}`,
      accountId: name,
      kind: 'token',
      username: null,
      hash: hashToken(ring.serverKey(), token),
      label: 'demo',
      createdAt: known?.createdAt ?? now,
      lastUsedAt: null,
      revokedAt: null,
    })
    made.push({ name, token, maxSessions: known?.maxSessions ?? maxSessions })
  }
  return made
}
