import type { Account } from '../../store/tables/records.ts'

/** An account of the demo; times in Unix milliseconds. */
export const demoAccount = (
  { id, name, maxSessions }: Pick<Account, 'id' | 'name' | 'maxSessions'>,
  { createdAt, updatedAt }: Pick<Account, 'createdAt' | 'updatedAt'>,
): Account => ({
  id,
  name,
  enabled: true,
  expiresAt: null,
  maxSessions,
  maxNetworks: null,
  limitation: 'replace',
  plan: null,
  group: null,
  note: 'demo',
  createdAt,
  updatedAt,
})
