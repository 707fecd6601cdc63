import { describe, expect, it } from 'vitest'
import { createEdgeDirectory } from '../../../control/edge/edge-directory.ts'
import { pushOrigin } from '../../../control/edge/push-address.ts'
import { hashEdgeKey, newEdgeKey, pushKeyOf } from '../../../control/keys/edge-key.ts'
import { createBanFeed } from '../../../control/sessions/bans/ban-feed.ts'
import type { Edge } from '../../../control/store/tables/records.ts'

it('keys are long, differ, and the push key tells neither key nor hash', () => {
  const key = newEdgeKey()
  expect(Buffer.from(key, 'base64url')).toHaveLength(24)
  expect(newEdgeKey()).not.toBe(key)
  expect(pushKeyOf(hashEdgeKey(key))).not.toBe(hashEdgeKey(key))
})

it.each([
  ['https://*:8444', '10.0.0.7', 'https://10.0.0.7:8444'],
  ['https://*:8444', '::ffff:10.0.0.7', 'https://10.0.0.7:8444'],
  ['http://*:8444', '2001:db8::7', 'http://[2001:db8::7]:8444'],
  ['https://edge.example:8444', '10.0.0.7', 'https://edge.example:8444'],
  ['https://[2001:db8::9]:8444', '10.0.0.7', 'https://[2001:db8::9]:8444'],
  ['ftp://edge.example:21', '10.0.0.7', null],
  ['https://edge.example:99999', '10.0.0.7', null],
  ['https://edge.example/x:1', '10.0.0.7', null],
  ['', '10.0.0.7', null],
])('pushes announced as %s from %s go to %s', (announced, from, origin) => {
  expect(pushOrigin(announced, from)).toBe(origin)
})

describe('edges that may speak', () => {
  const key = newEdgeKey()
  const world = () => {
    let edge: Edge | null = {
      id: 'north',
      name: 'north',
      keyHash: hashEdgeKey(key),
      createdAt: 0,
      revokedAt: null,
    }
    let now = 0
    let isAway = false
    let asked = 0
    const load = async (id: string) => {
      asked += 1
      if (isAway) throw new Error('away')
      return await Promise.resolve(id === 'north' ? edge : null)
    }
    return {
      directory: createEdgeDirectory(load, () => now),
      revoke: () => (edge = edge && { ...edge, revokedAt: 1 }),
      pass: (ms: number) => (now += ms),
      lose: () => (isAway = true),
      asked: () => asked,
    }
  }

  it('asks the database once a second', async () => {
    const { directory, asked, pass } = world()
    for (let i = 0; i < 5; i += 1) expect(await directory.isKey('north', key)).toBe(true)
    expect(asked()).toBe(1)
    pass(1000)
    expect(await directory.isKey('north', `${key}x`)).toBe(false)
    expect(asked()).toBe(2)
  })

  it('hears its own revocation at once and another one within a second', async () => {
    const { directory, revoke, pass } = world()
    expect(await directory.isKey('north', key)).toBe(true)
    revoke()
    directory.forget()
    expect(await directory.isKey('north', key)).toBe(false)
    const other = world()
    expect(await other.directory.isKey('north', key)).toBe(true)
    other.revoke()
    other.pass(1000)
    expect(await other.directory.isKey('north', key)).toBe(false)
    pass(0)
  })

  it('goes on with what it knew while the database is away', async () => {
    const { directory, lose, pass } = world()
    expect(await directory.isKey('north', key)).toBe(true)
    lose()
    pass(5000)
    expect(await directory.isKey('north', key)).toBe(true)
    await expect(directory.isKey('south', key)).rejects.toThrow('away')
  })
})

it('an edge that asks two control planes in turn gets differences from both', () => {
  const [a, b] = [createBanFeed(() => 0), createBanFeed(() => 0)]
  const change = { set: [['k', 9]] as [string, number][], clear: [], kill: [], drop: [] }
  a.apply(change)
  b.apply(change)
  const places = [a.since(null).cursor, b.since(null).cursor].join(',')
  expect(a.since(places)).toMatchObject({ full: false, set: [] })
  expect(b.since(places)).toMatchObject({ full: false, set: [] })
  b.apply({ ...change, set: [['l', 9]] })
  expect(b.since(places)).toMatchObject({ full: false, set: [['l', 9]] })
  expect(createBanFeed(() => 0).since(places).full).toBe(true)
})
