import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BanChanges } from '../../../control/sessions/model/ban-store.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import {
  checking,
  eventually,
  limitsWith,
  opening,
  type Plane,
  startPlane,
} from './sessions-support.ts'

let server: TestRedis
let one: Plane
let two: Plane
beforeAll(async () => {
  server = await startRedis()
  one = await startPlane([server.url])
  two = await startPlane([server.url])
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  await server.stop()
})

const limits = limitsWith({ maxStreams: 5 })
const inAnHour = () => Date.now() + 3_600_000

describe('a ban of', () => {
  const kinds = [
    { kind: 'download', subject: 'DOWNLOAD00000001', more: { download: 'DOWNLOAD00000001' } },
    { kind: 'account', subject: 'own:ban-account', more: {} },
    { kind: 'network', subject: '203.0.113.200', more: { network: '203.0.113.200' } },
    { kind: 'device', subject: 'own:ban-device|one|dev-x', more: { device: 'dev-x' } },
  ] as const

  test.each(kinds)('a $kind ends its sessions and is known to every control plane', async (ban) => {
    const account = `own:ban-${ban.kind}`
    const hit = opening(account, 'hit', { limits, ...ban.more })
    const other = opening('own:bystander', ban.kind, { limits, download: null })
    await one.sessions.store.open(hit)
    await one.sessions.store.open(other)
    const told: BanChanges[] = []
    const stop = two.sessions.bans.subscribe((changes) => told.push(changes))
    const cursor = two.sessions.bans.since(null).cursor
    const until = inAnHour()
    const { kind, subject } = ban
    const { kill } = await one.sessions.bans.ban({
      kind,
      subject,
      until,
      reason: `ban.${kind}`,
      by: 'admin:anna',
    })
    expect(kill).toEqual([hit.key])
    expect(one.saved.has(`${kind}:${subject}`)).toBe(true)
    expect(one.sessions.bans.find(hit)).toMatchObject({ kind, until })
    expect(one.sessions.bans.find(other)).toBeNull()
    await eventually(
      () => two.sessions.bans.find(hit),
      (found) => found !== null,
    )
    await eventually(
      () => told.flatMap((changes) => changes.kill),
      (killed) => killed.includes(hit.key),
    )
    const missed = two.sessions.bans.since(cursor)
    expect(missed).toMatchObject({ full: false, kill: [hit.key] })
    expect(missed.set).toHaveLength(1)
    expect(await one.sessions.store.ofAccount(account)).toEqual([])
    expect(await two.sessions.bans.unban(kind, subject)).toBe(true)
    await eventually(
      () => one.sessions.bans.find(hit),
      (found) => found === null,
    )
    expect((await one.sessions.store.check(checking(hit))).outcome).toBe('admitted')
    stop()
  })

  test('a session refuses its pass until it is lifted', async () => {
    const open = opening('own:ban-session', '1', { limits })
    await one.sessions.store.open(open)
    const ban = { kind: 'session', subject: open.key, until: inAnHour() } as const
    await two.sessions.bans.ban({ ...ban, reason: 'ban.session', by: 'admin:anna' })
    const check = checking(open)
    expect(await one.sessions.store.check(check)).toMatchObject({ reason: 'ban.session' })
    expect((await one.sessions.store.renew({ edge: 'e1', seen: [open.key] })).kill).toHaveLength(1)
    await two.sessions.bans.unban('session', open.key)
    expect((await one.sessions.store.check(check)).outcome).toBe('admitted')
  })
})

describe('an edge', () => {
  test('with a strange cursor gets everything, bans and killed sessions', async () => {
    const until = inAnHour()
    await one.sessions.bans.ban({
      kind: 'network',
      subject: '203.0.113.99',
      until,
      reason: 'ban.network',
      by: 'rule:1',
    })
    const all = one.sessions.bans.since('strange.7')
    expect(all.full).toBe(true)
    expect(all.set.map(([, at]) => at)).toContain(until)
    const nothing = one.sessions.bans.since(all.cursor)
    expect(nothing).toMatchObject({ full: false, set: [], clear: [], kill: [], drop: [] })
  })
})

describe('bans', () => {
  test('outlive Redis: a control plane that starts reads them from the database', async () => {
    const saved = new Map(one.saved)
    const late = await startPlane([server.url], saved)
    const claim = opening('own:x', 'y', { limits, network: '203.0.113.99' })
    expect(late.sessions.bans.find(claim)).toMatchObject({ kind: 'network', by: 'rule:1' })
    await late.stop()
  })

  test('of a session that ended by itself say who ended it', async () => {
    const open = opening('own:ended', '1', { limits })
    await one.sessions.store.open(open)
    expect(await one.sessions.store.end(open.key, 'session.ended', 60_000)).toBe(true)
    expect(await one.sessions.store.end('AAAAAAAAAAAAAAAA', 'session.ended')).toBe(false)
    expect(one.ends.find(({ session }) => session.id === open.key)).toMatchObject({
      account: 'own:ended',
      reason: 'session.ended',
    })
    expect(await one.sessions.store.check(checking(open))).toMatchObject({
      outcome: 'refused',
      reason: 'session.ended',
    })
  })
})
