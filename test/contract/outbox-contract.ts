import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../control/store/store.ts'
import { notice } from './notifier-contract.ts'
import { NOON, type OutboxWorld, startOutboxWorld } from './outbox-world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A store of its own for each test. */
type Open = () => Promise<{ store: Store; remove: () => Promise<void> }>

/** The outbox over a database: who is told what, when, and how often. */
export function describeOutbox(engine: string, open: Open): void {
  describe(`the outbox on ${engine}`, () => {
    let world: OutboxWorld
    let remove: () => Promise<void>
    beforeEach(async () => {
      const opened = await open()
      remove = opened.remove
      world = await startOutboxWorld(opened.store)
    })
    afterEach(async () => {
      await world.stop()
      await remove()
    })
    const at = (n: number, changes: Parameters<typeof notice>[1] = {}) => notice(n, changes)
    const messages = async () => (await world.store.messages.list({ sort: 'createdAt' })).rows

    test('everybody who wants an event of that severity is told, once', async () => {
      await world.configure(
        { name: 'all' },
        { name: 'severe', least_severity: 'high' },
        { name: 'some', events: ['finding.*', '!finding.restreaming'] },
        { name: 'off', enabled: false },
      )
      await world.tell(
        at(1, { finding: { kind: 'restreaming', severity: 'low' } }),
        at(2, { finding: { severity: 'high' } }),
      )
      await world.run()
      await world.run()
      const to = (name: string) => world.told().filter((one) => one.to === name)
      expect(to('all')).toHaveLength(2)
      expect(to('severe').map(({ accounts }) => accounts)).toEqual([['own:viewer-2']])
      expect(to('some').map(({ accounts }) => accounts)).toEqual([['own:viewer-2']])
      expect(to('off')).toEqual([])
    })

    test('findings of one account within the time are one message, other accounts’ another', async () => {
      await world.configure({ name: 'ops', group_seconds: 30 })
      const ann = { finding: { account: 'own:ann' } }
      await world.tell(at(1, ann), at(2))
      await world.run()
      expect(world.told()).toEqual([])
      world.now += 20_000
      await world.tell(at(3, { ...ann, rule: 'other' }))
      await world.pass(11_000)
      expect(world.told().map(({ accounts }) => accounts)).toEqual([
        ['own:ann', 'own:ann'],
        ['own:viewer-2'],
      ])
    })

    test('the same about the same account is told once within the window', async () => {
      await world.configure({ name: 'ops', dedup_minutes: 60 }, { name: 'every', dedup_minutes: 0 })
      const same = { finding: { account: 'own:ann' }, rule: 'far' }
      for (const n of [1, 2]) {
        await world.tell(at(n, same))
        await world.run()
      }
      await world.tell(at(3, { ...same, action: 'ban' }), at(4, { ...same, rule: 'near' }))
      await world.run()
      const count = (name: string) =>
        world.told().reduce((sum, one) => sum + (one.to === name ? one.accounts.length : 0), 0)
      expect([count('ops'), count('every')]).toEqual([3, 4])
      world.now += 61 * MINUTE
      await world.tell(at(5, same))
      await world.run()
      expect(count('ops')).toBe(4)
    })

    test('quiet hours defer: all comes in one message afterwards, what is severe at once', async () => {
      const quiet = { from: '22:00', to: '07:30' }
      const zone = { time_zone: 'Europe/Berlin' }
      await world.configure(
        { name: 'ops', ...zone, quiet_hours: { ...quiet, let_through: 'high' } },
        { name: 'never', ...zone, quiet_hours: quiet },
      )
      world.now = Date.parse('2026-11-23T22:30:00Z')
      const mild = { finding: { severity: 'warning' } } as const
      await world.tell(at(1, mild), at(2, mild), at(3, { finding: { severity: 'high' } }))
      await world.run()
      expect(world.told()).toMatchObject([{ to: 'ops', accounts: ['own:viewer-3'] }])
      await world.pass(Date.parse('2026-11-24T06:29:00Z') - world.now)
      expect(world.told()).toHaveLength(1)
      await world.pass(MINUTE)
      expect(
        world
          .told()
          .slice(1)
          .map(({ to, accounts }) => [to, accounts.length]),
      ).toEqual(
        expect.arrayContaining([
          ['ops', 2],
          ['never', 3],
        ]),
      )
      expect(world.told()).toHaveLength(3)
    })

    test('a digest comes at its time, with everything', async () => {
      const digest = { every: 'day', at: '18:00' }
      await world.configure({ name: 'ops', time_zone: 'Europe/Berlin', digest })
      await world.tell(at(1), at(2))
      await world.pass(5 * HOUR)
      expect(world.told()).toEqual([])
      await world.tell(at(3))
      await world.pass(HOUR)
      expect(world.told().map(({ accounts }) => accounts.length)).toEqual([3])
    })

    test('the most per hour: one closing line, then the rest together; nothing is lost', async () => {
      await world.configure({ name: 'ops', most_per_hour: 3 })
      for (let n = 0; n < 10; n += 1) {
        await world.tell(at(n))
        await world.pass(MINUTE)
      }
      expect(world.told().map(({ kind }) => kind)).toEqual([
        'notices',
        'notices',
        'notices',
        'closing',
      ])
      await world.pass(51 * MINUTE)
      const told = world.told()
      expect(told.at(-1)?.accounts).toHaveLength(7)
      expect(told).toHaveLength(5)
      expect(new Set(told.flatMap(({ accounts }) => accounts)).size).toBe(10)
    })

    test('a refusal that passes is tried again, slower each time, and given up after a day', async () => {
      await world.configure({ name: 'ops' })
      world.hook.next(...Array.from({ length: 99 }, () => ({ status: 500, body: 'down' })))
      await world.tell(at(1))
      await world.run()
      const tries: number[] = []
      for (let [row] = await messages(); row?.state === 'waiting'; [row] = await messages()) {
        const before = world.hook.requests.length
        await world.pass(row.nextAt - 1 - world.now)
        expect(world.hook.requests).toHaveLength(before)
        await world.pass(1)
        tries.push(world.now - NOON)
      }
      expect(tries.slice(0, 3)).toEqual([5_000, 20_000, 65_000])
      expect(await messages()).toMatchObject([{ state: 'dead', status: 500 }])
      expect(tries.at(-1)).toBeGreaterThan(22 * HOUR)
      expect(tries.at(-1)).toBeLessThanOrEqual(24 * HOUR)
      expect((await messages())[0]?.error).toContain('answered 500: down')
    })

    test.each([429, 503])(
      'Retry-After of %i is kept to by every message of the destination',
      async (status) => {
        await world.configure({ name: 'ops' })
        world.hook.next({ status, body: '', headers: { 'retry-after': '120' } })
        await world.tell(at(1))
        await world.run()
        await world.tell(at(2))
        await world.pass(119_000)
        expect(world.hook.requests).toHaveLength(1)
        await world.pass(2_000)
        expect(world.told().flatMap(({ accounts }) => accounts)).toEqual([
          'own:viewer-1',
          'own:viewer-2',
        ])
      },
    )

    test('a refusal that stays is a dead letter, and can be taken up again', async () => {
      await world.configure({ name: 'ops' })
      world.hook.next({ status: 403, body: { message: 'Forbidden for you' } })
      await world.tell(at(1))
      await world.pass(25 * HOUR)
      const [dead] = await messages()
      expect(dead).toMatchObject({ state: 'dead', status: 403 })
      expect(dead?.error).toBe('the webhook answered 403: Forbidden for you')
      expect(world.hook.requests).toHaveLength(1)
      expect(await world.store.messages.retry(dead?.id ?? '', world.now)).toBe(true)
      await world.run()
      expect(world.told()).toHaveLength(1)
      expect(await messages()).toMatchObject([{ state: 'sent', error: null }])
      expect(await world.store.messages.retry(dead?.id ?? '', world.now)).toBe(false)
    })

    test('a destination that fails keeps no other from being told, and is written down', async () => {
      await world.configure(
        { name: 'gone', kind: 'webhook', url: 'http://127.0.0.1:9/' },
        { name: 'broken', kind: 'webhook', url_file: '/nowhere/at/all' },
        { name: 'ops' },
      )
      await world.tell(at(1))
      await world.run()
      expect(world.told()).toMatchObject([{ to: 'ops' }])
      expect(world.warnings).toContainEqual(
        expect.objectContaining({ destination: 'gone', error: 'the connection was refused' }),
      )
      expect((await messages()).filter(({ state }) => state === 'waiting')).toHaveLength(2)
    })

    test('what is written with a finding goes out by itself, with what came of it', async () => {
      await world.configure({ name: 'ops' })
      const { store } = world
      const row = (id: string, acted: string | null, state = 'open') => ({
        id,
        rule: 'r',
        kind: 'restreaming',
        account: 'own:ann',
        severity: 'high',
        confidence: 90,
        at: NOON,
        evidence: null,
        state,
        acted,
      })
      await store.findings.putAll([
        row('finding-1', 'end:done'),
        row('finding-2', 'notify:late'),
        row('finding-3', null, 'withdrawn'),
        row('finding-4', null),
      ])
      const readyAt = NOON + 30_000
      for (const n of [1, 2, 3, 4]) {
        const body = JSON.parse(JSON.stringify(at(n, { outcome: null, action: 'end' })))
        const about = { event: 'finding.restreaming', severity: 'high', at: NOON, readyAt }
        const subject = `own:viewer-${n}`
        await store.notices.put({ ...about, id: `finding-${n}`, subject, state: 'new', body })
      }
      await world.pass(29_000)
      expect(world.told()).toEqual([])
      await world.pass(2_000)
      const told = world.hook.taken.flatMap(({ json }) => json['notices'] as object[])
      expect(told).toMatchObject([
        { id: 'finding-1', outcome: 'done' },
        { id: 'finding-4', outcome: null },
      ])
      await world.tell(at(4))
      await world.pass(HOUR)
      expect(world.told()).toHaveLength(2)
    })

    test('two senders at once send each message once', async () => {
      await world.configure({ name: 'ops' })
      const other = await startOutboxWorld(world.store)
      try {
        await other.configure({ name: 'ops', kind: 'webhook', url: `${world.hook.url}/ops` })
        await world.tell(...Array.from({ length: 20 }, (_, n) => at(n)))
        await Promise.all([world.run(), other.run(), world.run(), other.run()])
        await world.pass(10 * MINUTE)
        const accounts = world.told().flatMap((one) => one.accounts)
        expect(accounts).toHaveLength(20)
        expect(new Set(accounts).size).toBe(20)
      } finally {
        await other.stop()
      }
    })

    test('what another one is sending is left to it until its claim has run out', async () => {
      await world.configure({ name: 'ops' })
      await world.run()
      world.hook.next({ status: 500 })
      await world.tell(at(1))
      await world.run()
      const [row] = await messages()
      const times = { now: world.now, until: world.now + 120_000 }
      expect(await world.store.messages.claim(row?.id ?? '', 'another', times)).toBe(true)
      expect(await world.store.messages.claim(row?.id ?? '', 'third', times)).toBe(false)
      await world.pass(60_000)
      expect(world.told()).toEqual([])
      await world.pass(61_000)
      expect(world.told()).toHaveLength(1)
    })

    test('messages of a destination that is gone are dead letters', async () => {
      await world.configure({ name: 'ops' })
      world.hook.next({ status: 500 })
      await world.tell(at(1))
      await world.run()
      await world.configure()
      await world.run()
      expect(await messages()).toMatchObject([
        { state: 'dead', error: 'the destination was removed' },
      ])
    })
  })
}
