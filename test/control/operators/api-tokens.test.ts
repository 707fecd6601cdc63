import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApiTokens } from '../../../control/operators/api-tokens.ts'
import { createOperatorBook } from '../../../control/operators/operator-book.ts'
import { permissionsOf } from '../../../control/operators/roles.ts'
import { openStore } from '../../../control/store/store.ts'
import { withTempDir } from '../../support/temp-dir.ts'

test('a token is kept as a hash, works until it expires or is removed, and its last use is known', () =>
  withTempDir(async (folder) => {
    let now = Date.UTC(2026, 0, 1)
    const store = await openStore({ url: join(folder, 'x.duckdb') })
    const tokens = createApiTokens(store, () => now)
    const scopes = ['sessions:read', 'bans:*']
    const wish = { name: 'grafana', scopes, expiresAt: now + 1000, by: 'olga', maker: null }
    const { record, token } = await tokens.issue(wish)
    expect(token).toMatch(/^gat_[\w-]{40}$/)
    expect(JSON.stringify(await store.apiTokens.list())).not.toContain(token)
    expect(await tokens.find(token)).toMatchObject({
      record: { name: 'grafana', createdBy: 'olga' },
      permissions: scopes,
      isMasked: false,
    })
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

test('a token may do what its maker may now, and goes with him', () =>
  withTempDir(async (folder) => {
    const store = await openStore({ url: join(folder, 'x.duckdb') })
    const now = () => Date.UTC(2026, 0, 1)
    const tokens = createApiTokens(store, now)
    const people = createOperatorBook(store, now)
    const [olga, anna] = [
      await people.put('olga', { role: 'owner' }),
      await people.put('anna', { role: 'owner' }),
    ]
    const make = async (name: string, scopes: string[], maker: string | null) => {
      const wish = { name, scopes, expiresAt: null, by: 'olga', maker }
      return (await tokens.issue(wish)).token
    }
    const all = await make('all', ['*'], olga.id)
    const keys = await make('keys', ['keys:*', 'operations:*', 'bans:write'], olga.id)
    const other = await make('other', ['*'], anna.id)
    const machine = await make('machine', ['*'], null)
    const may = async (token: string) => (await tokens.find(token))?.permissions

    expect(await may(all)).toEqual(['*'])
    expect(await tokens.beyond(olga.id, 'operator')).toEqual(['all', 'keys'])
    await people.put('olga', { role: 'operator' })
    expect(await may(all)).toEqual(permissionsOf('operator'))
    expect((await may(keys))?.toSorted()).toEqual([
      'bans:write',
      'operations:read',
      'operations:write',
    ])

    await people.put('olga', { role: 'viewer' })
    expect(await tokens.find(all)).toMatchObject({
      permissions: permissionsOf('viewer'),
      isMasked: true,
    })
    expect(await may(keys)).toEqual([])

    await people.remove(olga.id)
    await people.put('olga', { role: 'owner' })
    for (const token of [all, keys]) expect(await tokens.find(token)).toBeNull()
    expect(await tokens.removeOf(olga.id)).toEqual(['all', 'keys'])
    for (const token of [other, machine]) expect(await may(token)).toEqual(['*'])
    await store.close()
  }))
