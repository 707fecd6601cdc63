import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApiTokens } from '../../../control/operators/api-tokens.ts'
import { openStore } from '../../../control/store/store.ts'
import { withTempDir } from '../../support/temp-dir.ts'

test('a token is kept as a hash, works until it expires or is removed, and its last use is known', () =>
  withTempDir(async (folder) => {
    let now = Date.UTC(2026, 0, 1)
    const store = await openStore({ url: join(folder, 'x.duckdb') })
    const tokens = createApiTokens(store, () => now)
    const scopes = ['sessions:read', 'bans:*']
    const wish = { name: 'grafana', scopes, expiresAt: now + 1000, by: 'olga' }
    const { record, token } = await tokens.issue(wish)
    expect(token).toMatch(/^gat_[\w-]{40}$/)
    expect(JSON.stringify(await store.apiTokens.list())).not.toContain(token)
    expect(await tokens.find(token)).toMatchObject({ name: 'grafana', scopes, createdBy: 'olga' })
    expect((await store.apiTokens.get(record.id))?.lastUsedAt).toBe(now)
    for (const wrong of [`${token}x`, token.slice(4), 'gat_', ''])
      expect(await tokens.find(wrong)).toBeNull()
    now += 1000
    expect(await tokens.find(token)).toBeNull()
    const lasting = await tokens.issue({ ...wish, expiresAt: null })
    expect(await tokens.find(lasting.token)).not.toBeNull()
    await store.apiTokens.remove(lasting.record.id)
    expect(await tokens.find(lasting.token)).toBeNull()
    await store.close()
  }))
