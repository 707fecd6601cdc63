import { expect, test } from 'vitest'
import type { Store } from '../../control/store/store.ts'
import type { Account, Ban, Download, Token } from '../../control/store/tables/records.ts'
import { NOON } from './sample-plays.ts'

export const account = (id: string, changes: Partial<Account> = {}): Account => ({
  id,
  name: `name of ${id}`,
  enabled: true,
  expiresAt: null,
  maxSessions: 2,
  maxNetworks: null,
  limitation: 'soft',
  plan: null,
  group: 'home',
  note: null,
  createdAt: NOON,
  updatedAt: NOON,
  ...changes,
})

const token = (id: string, changes: Partial<Token> = {}): Token => ({
  id,
  accountId: 'ann',
  kind: 'token',
  username: null,
  hash: `hash of ${id}`,
  label: null,
  createdAt: NOON,
  lastUsedAt: null,
  revokedAt: null,
  ...changes,
})

const download = (id: string, changes: Partial<Download> = {}): Download => ({
  id,
  account: 'own:ann',
  group: 'home',
  wonBy: 'network',
  issuedAt: NOON,
  firstUsedAt: null,
  firstNetwork: null,
  firstAddress: null,
  userAgent: null,
  revokedAt: null,
  ...changes,
})

const ban = (id: string, changes: Partial<Ban> = {}): Ban => ({
  id,
  kind: 'device',
  subject: 'tv@news',
  account: 'own:ann',
  reason: 'cap.streams',
  evidence: { sessions: ['a', 'b'], cap: 2 },
  createdAt: NOON,
  until: NOON + 1000,
  by: 'caps',
  liftedAt: null,
  liftedBy: null,
  ...changes,
})

export function describeNouns(store: () => Store): void {
  test('an account is written, replaced by its id, and removed', async () => {
    const { accounts } = store()
    const odd = account('ann', { name: "Ann's «ü» \u{1f4fa}", expiresAt: NOON, enabled: false })
    await accounts.put(odd)
    expect(await accounts.get('ann')).toEqual(odd)
    await accounts.put({ ...odd, maxSessions: 5, createdAt: 1 })
    expect(await accounts.get('ann')).toEqual({ ...odd, maxSessions: 5 })
    expect(await accounts.byName(odd.name)).toMatchObject({ id: 'ann' })
    expect(await accounts.remove('ann')).toBe(true)
    expect(await accounts.remove('ann')).toBe(false)
    expect(await accounts.get('ann')).toBeNull()
  })

  test('two accounts of one name are refused and nothing of the batch stays', async () => {
    const { accounts } = store()
    await accounts.put(account('first', { name: 'taken' }))
    const batch = [account('fine'), account('second', { name: 'taken' })]
    await expect(accounts.putAll(batch)).rejects.toMatchObject({ code: 'store.conflict' })
    expect(await accounts.get('fine')).toBeNull()
    await accounts.put(account('first', { name: 'taken', maxSessions: 9 }))
    expect(await accounts.get('first')).toMatchObject({ maxSessions: 9 })
  })

  test('a batch that names a key twice keeps the last', async () => {
    const { plans } = store()
    const plan = { maxSessions: 1, maxNetworks: null, limitation: null, note: null, updatedAt: 1 }
    const many = Array.from({ length: 450 }, (_, n) => ({
      ...plan,
      name: `p${n % 300}`,
      updatedAt: n,
    }))
    await plans.putAll(many)
    expect(await plans.get('p0')).toMatchObject({ updatedAt: 300 })
    expect((await plans.list({ limit: 1000 })).rows).toHaveLength(300)
  })

  test('tokens are found by hash, Xtream users by name, each only while meant', async () => {
    const { tokens } = store()
    const user = token('x1', { kind: 'xtream', username: 'ann', hash: '$argon2id$…' })
    await tokens.putAll([token('t1'), user])
    expect(await tokens.byHash('hash of t1')).toEqual(token('t1'))
    expect(await tokens.byHash('$argon2id$…')).toBeNull()
    expect(await tokens.byUsername('ann')).toEqual(user)
    const other = token('x2', { kind: 'xtream', username: 'ann', hash: 'other' })
    await expect(tokens.put(other)).rejects.toMatchObject({ code: 'store.conflict' })
    expect(await tokens.revoke('x1', NOON)).toBe(true)
    expect(await tokens.revoke('x1', NOON + 1)).toBe(false)
    expect(await tokens.byUsername('ann')).toBeNull()
    await tokens.put(other)
    expect((await tokens.ofAccount('ann')).map(({ id }) => id)).toEqual(['t1', 'x1', 'x2'])
  })

  test('the last use of a token only moves forward', async () => {
    const { tokens } = store()
    await tokens.put(token('t9', { hash: 'h9' }))
    for (const at of [NOON + 5, NOON + 9, NOON + 7]) await tokens.touch('t9', at)
    expect(await tokens.get('t9')).toMatchObject({ lastUsedAt: NOON + 9 })
  })

  test('the first use of a download is kept', async () => {
    const { downloads } = store()
    await downloads.put(download('d1'))
    const use = { firstUsedAt: NOON, firstNetwork: '192.0.2.7/32', userAgent: 'VLC' }
    const [known, fresh] = [download('d1', use), download('d2', { ...use, account: 'own:eve' })]
    await downloads.recordUses([known, fresh, { ...fresh, firstUsedAt: NOON + 1 }])
    const before = [await downloads.get('d1'), await downloads.get('d2')]
    expect(before).toEqual([known, fresh])
    await downloads.recordUses([known, fresh].map((copy) => ({ ...copy, firstUsedAt: NOON + 1 })))
    expect([await downloads.get('d1'), await downloads.get('d2')]).toEqual(before)
    expect(await downloads.revoke('d1', NOON)).toBe(true)
    expect((await downloads.revoked()).map(({ id }) => id)).toEqual(['d1'])
  })

  test('a use told late revives no revoked download and makes no other of it', async () => {
    const { downloads } = store()
    await downloads.put(download('d3'))
    await downloads.revoke('d3', NOON)
    await downloads.recordUses([download('d3', { account: 'own:eve', firstUsedAt: NOON })])
    const marked = { firstUsedAt: NOON, revokedAt: NOON }
    expect(await downloads.get('d3')).toEqual(download('d3', marked))
    await downloads.remove('d3')
    await downloads.recordUses([])
  })

  test('active bans are those neither lifted nor run out', async () => {
    const { bans } = store()
    await bans.putAll([ban('b1'), ban('b2', { until: null }), ban('b3', { until: NOON })])
    const active = async (now: number) => (await bans.active(now)).map(({ id }) => id)
    expect(await active(NOON)).toEqual(['b1', 'b2'])
    expect(await active(NOON + 1000)).toEqual(['b2'])
    expect(await bans.lift('b2', 'operator', NOON)).toBe(true)
    expect(await bans.lift('b2', 'operator', NOON)).toBe(false)
    expect(await active(NOON)).toEqual(['b1'])
    expect(await bans.get('b1')).toEqual(ban('b1'))
  })

  test('keys keep their bytes', async () => {
    const { keys } = store()
    const secret = Uint8Array.from({ length: 256 }, (_, index) => index)
    const key = { kid: 'k1', purpose: 'ticket', createdAt: 1, activeFrom: 2, retiredAt: null }
    await keys.put({ ...key, secret })
    await keys.put({ ...key, secret: new Uint8Array(3), retiredAt: 5 })
    const [stored] = await keys.ofPurpose('ticket')
    expect({ ...stored, secret: Uint8Array.from(stored?.secret ?? []) }).toEqual({
      ...key,
      secret,
      retiredAt: 5,
    })
  })

  test('settings hold any JSON', async () => {
    const { settings } = store()
    for (const value of [null, 0, '', 'text', [1, 'a', null], { deep: { er: true } }]) {
      await settings.set('s', value, NOON)
      expect(await settings.get('s')).toEqual(value)
    }
    expect(await settings.get('unknown')).toBeNull()
  })

  test('the newest entry of the trust ledger counts', async () => {
    const { trust } = store()
    const entry = { account: 'own:ann', delta: -5.5, reason: 'finding', findingId: null }
    await trust.put({ ...entry, id: 'a', at: 2, value: 94.5 })
    await trust.put({ ...entry, id: 'b', at: 1, value: 100 })
    expect(await trust.latest('own:ann')).toMatchObject({ id: 'a', value: 94.5 })
    expect(await trust.latest('own:bob')).toBeNull()
  })

  test("several accounts' findings come in one look, the newest first", async () => {
    const { findings } = store()
    const said = { rule: 'r', kind: 'leaked_copy', severity: 'high', confidence: 1, evidence: null }
    const put = (id: string, owner: string, at: number) =>
      findings.put({ ...said, id, account: owner, at, state: 'open', acted: null })
    await put('a', 'own:ann', 5)
    await put('b', 'own:bob', 7)
    await put('c', 'own:ann', 9)
    await put('d', 'own:ann', 4)
    await put('e', 'own:eve', 8)
    const found = await findings.ofAccounts(['own:ann', 'own:bob', 'own:nobody'], 5)
    expect(found.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(await findings.ofAccounts([], 0)).toEqual([])
  })

  test('what happens together happens whole or not at all', async () => {
    const target = store()
    const entry = { at: 1, actor: 'operator', action: 'put', subject: 'eve', before: null }
    const failing = target.atomically(async (nouns) => {
      await nouns.accounts.put(account('eve'))
      await nouns.audit.put({ ...entry, id: 'a1', after: { id: 'eve' } })
      expect(await nouns.accounts.get('eve')).not.toBeNull()
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await target.accounts.get('eve')).toBeNull()
    expect(await target.audit.get('a1')).toBeNull()
    await target.accounts.put(account('eve'))
    expect(await target.accounts.get('eve')).toEqual(account('eve'))
  })
}
