import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAccountService } from '../../../control/accounts/account-service.ts'
import { openStore } from '../../../control/store/store.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()
const NOW = 1_795_000_000_000

const setUp = async () => {
  const folder = await tempDir()
  onCleanup(() => folder.remove())
  const store = await openStore({ url: `duckdb:${join(folder.path, 'gatehouse.duckdb')}` })
  onCleanup(() => store.close())
  const account = {
    id: 'a1',
    name: 'mary',
    enabled: true,
    expiresAt: null,
    maxSessions: null,
    maxNetworks: null,
    limitation: null,
    plan: null,
    group: null,
    note: null,
    createdAt: NOW,
    updatedAt: NOW,
  }
  await store.accounts.put(account)
  const service = createAccountService(
    {
      account: async (id) => await store.accounts.get(id),
      tokenByHash: async (hash) => await store.tokens.byHash(hash),
      tokenByUsername: async (username) => await store.tokens.byUsername(username),
      putToken: async (token) => await store.tokens.put(token),
    },
    () => new Uint8Array(32).fill(7),
  )
  const identify = async (username: string, password: string) =>
    await service.identify({ kind: 'xtream', username, password }, NOW)
  return { store, account, service, identify }
}

test('an unknown user is asked as much of store and processor as a wrong password', async () => {
  const { store, service: setter } = await setUp()
  await setter.setPassword('a1', { username: 'maria', password: 'right' }, NOW)
  await setter.setPassword('a1', { username: 'gone', password: 'right' }, NOW)
  const gone = await store.tokens.byUsername('gone')
  await store.tokens.revoke(gone?.id ?? '', NOW)
  const work: string[] = []
  const counted = createAccountService(
    {
      account: async (id) => (work.push('account'), await store.accounts.get(id)),
      tokenByHash: async (hash) => (work.push('token'), await store.tokens.byHash(hash)),
      tokenByUsername: async (name) => (work.push('user'), await store.tokens.byUsername(name)),
      putToken: async (token) => await store.tokens.put(token),
    },
    () => new Uint8Array(32).fill(7),
    async (stored) => {
      // The parameters of argon2id decide how long it takes: type, version, memory, passes, lanes.
      work.push(stored.split('$').slice(1, 4).join(' '))
      return await Promise.resolve(false)
    },
  )
  const done: string[][] = []
  // A user with a password, one whose password was taken back, an account without one, and nobody.
  for (const username of ['maria', 'gone', 'mary', 'nobody']) {
    work.length = 0
    const login = { kind: 'xtream', username, password: 'wrong' } as const
    expect(await counted.identify(login, NOW)).toEqual(wrong)
    done.push([...work])
  }
  expect(done[0]).toHaveLength(3)
  expect(done).toEqual(Array.from({ length: 4 }, () => done[0]))
})

const wrong = { outcome: 'refused', reason: 'credentials.wrong' }
const unknown = { outcome: 'refused', reason: 'token.unknown' }

test('a token opens by itself and as the password of its account, until it is revoked', async () => {
  const { store, account, service, identify } = await setUp()
  const { id, token } = await service.issueToken('a1', 'phone', NOW)
  const known = { outcome: 'known', account, tokenId: id }
  expect(await service.identify({ kind: 'token', token }, NOW)).toEqual(known)
  expect(await identify('mary', token)).toEqual(known)
  expect(await identify('a1', token)).toEqual(known)
  expect(await identify('john', token)).toEqual(wrong)
  const kept = await store.tokens.ofAccount('a1')
  expect(kept).toMatchObject([
    { id, kind: 'token', label: 'phone', username: null, createdAt: NOW, revokedAt: null },
  ])
  expect(JSON.stringify(kept)).not.toContain(token)
  await store.tokens.revoke(id, NOW)
  expect(await service.identify({ kind: 'token', token }, NOW)).toEqual(unknown)
  expect(await identify('mary', token)).toEqual(wrong)
})

test('a user name has one password, the last one set, until it is revoked', async () => {
  const { store, account, service, identify } = await setUp()
  const id = await service.setPassword('a1', { username: 'maria', password: 'first' }, NOW)
  expect(await identify('maria', 'first')).toEqual({ outcome: 'known', account, tokenId: id })
  expect(await service.setPassword('a1', { username: 'maria', password: 'next' }, NOW)).toBe(id)
  expect(await identify('maria', 'first')).toEqual(wrong)
  expect(await identify('maria', 'next')).toMatchObject({ outcome: 'known', tokenId: id })
  expect(await store.tokens.ofAccount('a1')).toHaveLength(1)
  await store.tokens.revoke(id, NOW)
  expect(await identify('maria', 'next')).toEqual(wrong)
})

test('nobody presents nothing, and a closed or expired account opens nothing', async () => {
  const { store, account, service } = await setUp()
  const { token } = await service.issueToken('a1', null, NOW)
  const identify = async () => await service.identify({ kind: 'token', token }, NOW)
  expect(await service.identify({ kind: 'none' }, NOW)).toMatchObject({ reason: 'token.missing' })
  const expired = { ...account, expiresAt: NOW }
  await store.accounts.put(expired)
  expect(await identify()).toMatchObject({ reason: 'account.expired', account: expired })
  await store.accounts.put({ ...account, enabled: false })
  expect(await identify()).toMatchObject({ outcome: 'refused', reason: 'account.disabled' })
  await store.accounts.remove('a1')
  expect(await identify()).toEqual(unknown)
})
