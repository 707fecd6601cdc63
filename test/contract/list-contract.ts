import { beforeAll, expect, test } from 'vitest'
import type { ListQuery } from '../../control/store/sql/list-query.ts'
import type { Store } from '../../control/store/store.ts'
import type { Account } from '../../control/store/tables/records.ts'
import { account } from './noun-contract.ts'

const NAMES = ['Zoe', 'anna', 'Ännchen', 'bob', 'Bob', 'carl_1', 'carl%', '']

/** Forty accounts whose sort values repeat, are null, and differ in case and accents. */
const ACCOUNTS = Array.from({ length: 40 }, (_, n) =>
  account(`id-${String(n).padStart(2, '0')}`, {
    name: `${NAMES[n % NAMES.length]} ${n}`,
    enabled: n % 3 === 0,
    expiresAt: n % 4 === 0 ? null : (n % 5) * 1000,
    plan: n % 2 === 0 ? null : `plan-${n % 7}`,
    createdAt: 1000 - (n % 10),
  }),
)

export function describeLists(store: () => Store): void {
  beforeAll(() => store().accounts.putAll(ACCOUNTS))

  const walk = async (query: ListQuery<Account>) => {
    const ids: string[] = []
    let after: string | undefined
    for (let pages = 0; pages < 100; pages += 1) {
      const page = await store().accounts.list({ ...query, after })
      ids.push(...page.rows.map(({ id }) => id))
      if (page.next === null) return ids
      after = page.next
    }
    throw new Error('the pages never end')
  }

  const expected = (sort: keyof Account, isDescending: boolean) => {
    const rank = (row: Account) => {
      const value = row[sort]
      if (value === null) return sort === 'plan' ? '' : -Infinity
      return typeof value === 'string' ? value : Number(value)
    }
    const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
    const sorted = [...ACCOUNTS].sort((a, b) => compare(rank(a), rank(b)) || compare(a.id, b.id))
    return (isDescending ? sorted.toReversed() : sorted).map(({ id }) => id)
  }

  for (const sort of ['id', 'name', 'enabled', 'expiresAt', 'plan', 'createdAt'] as const) {
    for (const descending of [false, true]) {
      test(`pages of 7 by ${sort}${descending ? ' descending' : ''} show every row once, in order`, async () => {
        expect(await walk({ sort, descending, limit: 7 })).toEqual(expected(sort, descending))
      })
    }
  }

  test('a row added behind the cursor neither repeats nor hides another', async () => {
    const first = await store().accounts.list({ sort: 'createdAt', limit: 20 })
    await store().accounts.put(account('id-00a', { createdAt: 1 }))
    const second = await store().accounts.list({
      sort: 'createdAt',
      limit: 100,
      after: first.next ?? '',
    })
    const ids = [...first.rows, ...second.rows].map(({ id }) => id)
    expect(ids).toEqual(expected('createdAt', false))
    expect(second.next).toBeNull()
    await store().accounts.remove('id-00a')
  })

  const FILTERS: [string, ListQuery<Account>['where'], (row: Account) => boolean][] = [
    ['a value', { enabled: true }, (row) => row.enabled],
    ['null', { plan: null }, (row) => row.plan === null],
    [
      'one of several',
      { plan: { in: ['plan-1', 'plan-3'] } },
      (row) => /[13]$/.test(row.plan ?? ''),
    ],
    ['none of none', { plan: { in: [] } }, () => false],
    [
      'a range',
      { expiresAt: { from: 1000, to: 3000 } },
      (row) => row.expiresAt === 1000 || row.expiresAt === 2000,
    ],
    ['text contained', { name: { contains: 'BOB' } }, (row) => /bob/i.test(row.name)],
    ['signs that LIKE would take', { name: { contains: '%' } }, (row) => row.name.includes('%')],
    ['both', { enabled: true, plan: null }, (row) => row.enabled && row.plan === null],
    ['nothing asked', { plan: undefined }, () => true],
  ]

  test.each(FILTERS)('filter by %s', async (_, where, matches) => {
    const found = await walk({ where, limit: 6 })
    expect(found).toEqual(ACCOUNTS.filter(matches).map(({ id }) => id))
  })

  test.each([
    ['a foreign cursor', { after: 'nonsense' }],
    [
      'a cursor of another order',
      { after: Buffer.from('["x","y"]').toString('base64url'), sort: 'createdAt' },
    ],
    ['an unknown field', { sort: 'id; drop table accounts' }],
    ['an unknown filter', { where: { 'id" or true --': 1 } }],
  ] as [string, ListQuery<Account>][])('%s is refused', async (_, query) => {
    await expect(store().accounts.list(query)).rejects.toMatchObject({ code: 'store.query' })
  })

  test('a limit outside 1 to 1000 is brought inside', async () => {
    expect((await store().accounts.list({ limit: 0 })).rows).toHaveLength(1)
    expect((await store().accounts.list({ limit: 1e9 })).rows).toHaveLength(40)
  })
}
