import { expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import type { Store } from '../../control/store/store.ts'
import { barePlay, DAY, MINUTE, NOON, samplePlay } from './sample-plays.ts'

export function describeHistory(store: () => Store): void {
  const history = () => store().history

  test('a record comes back as it went in, full or bare', async () => {
    const records = [samplePlay(), barePlay()]
    expect(await history().upsertPlays(records)).toMatchObject({ inserted: 2, updated: 0 })
    expect(await history().play('edge:one', 'play-1')).toEqual(records[0])
    expect(await history().play('import:x', 'bare')).toEqual(records[1])
    expect(await history().play('edge:two', 'play-1')).toBeNull()
  })

  test('told again it changes nothing', async () => {
    expect(await history().upsertPlays([samplePlay(), samplePlay()])).toEqual({
      inserted: 0,
      updated: 0,
      unchanged: 1,
      expired: 0,
      otherAccount: 0,
    })
  })

  test('stop before start: the end stays, the start is filled in', async () => {
    const stop = samplePlay({ id: 'late', startedAt: NOON + 9 * MINUTE, bytes: 500, city: null })
    const start = samplePlay({
      id: 'late',
      lastSeenAt: NOON,
      endedAt: null,
      bytes: 0,
      reason: null,
    })
    await history().upsertPlays([stop])
    await history().upsertPlays([start])
    expect(await history().play('edge:one', 'late')).toEqual({
      ...stop,
      startedAt: NOON,
      city: 'Lyon',
    })
  })

  test('ids are unique within their source only', async () => {
    await history().upsertPlays([samplePlay({ source: 'plex:den', channel: 'film' })])
    expect(await history().play('plex:den', 'play-1')).toMatchObject({ channel: 'film' })
    expect(await history().play('edge:one', 'play-1')).toMatchObject({ channel: 'news' })
  })

  test('readers give what overlaps a window, an account at a time, oldest first', async () => {
    const base = NOON + 100 * DAY
    const play = (id: string, account: string, from: number, to: number) =>
      samplePlay({ id, account, startedAt: base + from, lastSeenAt: base + to, source: 'r' })
    await history().upsertPlays([
      play('b2', 'own:b', 50, 60),
      play('a1', 'own:a', 0, 10),
      play('b1', 'own:b', 20, 30),
      play('a2', 'own:a', 95, 200),
      play('c1', 'own:c', 100, 200),
    ])
    const ids = (plays: readonly PlayRecord[]) => plays.map(({ id }) => id)
    const groups: string[][] = []
    for await (const plays of history().playsByAccount(base + 10, base + 100))
      groups.push(ids(plays))
    expect(groups).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
    ])
    expect(ids(await history().playsOf('own:a', base + 11, base + 100))).toEqual(['a2'])
    const each = await history().playsOfEach(['own:a', 'own:nobody'], base + 11, base + 100)
    expect(ids(each)).toEqual(['a2'])
    const some: string[][] = []
    const asked = ['own:c', 'own:a', 'own:nobody']
    for await (const plays of history().playsByAccountOf(asked, base + 10, base + 101))
      some.push(ids(plays))
    expect(some).toEqual([['a1', 'a2'], ['c1']])
    expect(await history().accountsWithPlays(base, base + 201)).toEqual(['own:a', 'own:b', 'own:c'])
  })

  test('a large batch goes in whole and streams out in order', async () => {
    const base = NOON + 200 * DAY
    const records = Array.from({ length: 5000 }, (_, n) =>
      samplePlay({
        id: `many-${n}`,
        account: `own:${String(n % 700).padStart(3, '0')}`,
        startedAt: base + n,
        lastSeenAt: base + n + 1,
      }),
    )
    expect(await history().upsertPlays(records)).toMatchObject({ inserted: 5000 })
    expect(await history().upsertPlays(records.slice(0, 4000))).toMatchObject({ unchanged: 4000 })
    const seen: PlayRecord[] = []
    for await (const batch of history().playsBetween(base, base + DAY)) seen.push(...batch)
    const order = seen.map(({ account, startedAt }) => `${account} ${startedAt}`)
    expect(seen).toHaveLength(5000)
    expect(order).toEqual([...order].sort())
  })

  test('a reader that stops half-way leaves the store usable', async () => {
    for await (const batch of history().playsBetween(0, NOON + 400 * DAY)) {
      expect(batch.length).toBeGreaterThan(0)
      break
    }
    expect(await history().play('edge:one', 'play-1')).not.toBeNull()
  })

  test('writers at once do not lose each other', async () => {
    const record = (n: number) =>
      samplePlay({ id: 'raced', lastSeenAt: NOON + n, endedAt: null, bytes: n, playedMs: n })
    const writes = Array.from({ length: 20 }, (_, n) => history().upsertPlays([record(n)]))
    await Promise.all(writes)
    expect(await history().play('edge:one', 'raced')).toMatchObject({
      lastSeenAt: NOON + 19,
      bytes: 19,
    })
  })

  test('what fell silent is ended when it was last seen, and lives again when heard of', async () => {
    const silent = samplePlay({ id: 'silent', endedAt: null, reason: null, source: 'q' })
    await history().upsertPlays([silent, { ...silent, id: 'alive', lastSeenAt: NOON + DAY }])
    expect(await history().closeSilent(NOON + DAY)).toBeGreaterThan(0)
    expect(await history().closeSilent(NOON + DAY)).toBe(0)
    const ended = { endedAt: silent.lastSeenAt, reason: 'session.idle' }
    expect(await history().play('q', 'silent')).toEqual({ ...silent, ...ended })
    expect(await history().play('q', 'alive')).toMatchObject({ endedAt: null })
    const later = { ...silent, lastSeenAt: silent.lastSeenAt + 1 }
    await history().upsertPlays([later])
    expect(await history().play('q', 'silent')).toEqual(later)
  })

  test('a NUL in a name and numbers with a fraction are no obstacle', async () => {
    const texts = { account: 'own:a\0b', channel: 'a\0b', city: 'a\0b', title: 'a\0b' } as const
    const odd = samplePlay({ id: 'odd', ...texts, playedMs: 1.5, startedAt: NOON + 0.5 })
    await history().upsertPlays([odd])
    const plain = { account: 'own:ab', channel: 'ab', city: 'ab', title: 'ab' } as const
    const stored = { ...odd, ...plain, playedMs: 1, startedAt: NOON }
    expect(await history().play('edge:one', 'odd')).toEqual(stored)
    expect(await history().upsertPlays([odd])).toMatchObject({ unchanged: 1 })
  })

  test('lists filter, sort and page like every other noun', async () => {
    const where = { source: 'r', account: { in: ['own:a', 'own:b'] } }
    const first = await history().list({ where, sort: 'startedAt', descending: true, limit: 3 })
    expect(first.rows.map(({ id }) => id)).toEqual(['a2', 'b2', 'b1'])
    const rest = await history().list({
      where,
      sort: 'startedAt',
      descending: true,
      after: first.next ?? '',
    })
    expect(rest.rows.map(({ id }) => id)).toEqual(['a1'])
    expect(rest.rows[0]).toEqual(await history().play('r', 'a1'))
  })
}
