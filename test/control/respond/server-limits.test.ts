import { beforeEach, describe, expect, test } from 'vitest'
import { createServerLimits, type ServerLimits } from '../../../control/respond/server-limits.ts'
import type { Json } from '../../../control/store/tables/records.ts'

const ANN = 'server:house:ann'
const BOB = 'server:attic:bob'
const MINUTE = 60_000

/** The settings' contents, and the limits at the servers; a server in `away` does not answer. */
let stored: Map<string, Json>
let atServers: Map<string, number>
let away: Set<string>
let now: number

const open = (): ServerLimits => {
  const settings = {
    get: (key: string) => Promise.resolve(stored.get(key) ?? null),
    set: (key: string, value: Json) => {
      stored.set(key, JSON.parse(JSON.stringify(value)) as Json)
      return Promise.resolve()
    },
  }
  const limit = (account: string, most: number) => {
    if (away.has(account)) return Promise.reject(new Error(`${account}: no answer`))
    const before = atServers.get(account) ?? null
    if (before !== null) atServers.set(account, most)
    return Promise.resolve(before)
  }
  return createServerLimits({
    media: { limit },
    settings,
    atomically: async (work) => await work(settings),
    now: () => now,
  })
}

beforeEach(() => {
  stored = new Map()
  atServers = new Map([
    [ANN, 0],
    [BOB, 5],
  ])
  away = new Set()
  now = 0
})

describe('limits set at media servers for a time', () => {
  test('what held at first is given back, after a restart too', async () => {
    await open().impose(ANN, 2, MINUTE)
    await open().impose(ANN, 1, 2 * MINUTE)
    now = MINUTE
    await open().restoreDue()
    expect(atServers.get(ANN)).toBe(1)
    now = 2 * MINUTE
    await open().restoreDue()
    expect(atServers.get(ANN)).toBe(0)
  })

  test('a server without such a setting has none', async () => {
    expect(await open().impose('server:house:nobody', 1, MINUTE)).toBe(false)
    expect([...stored]).toEqual([])
  })

  test('one server that is away keeps no other waiting, and is asked again', async () => {
    const limits = open()
    await limits.impose(ANN, 1, MINUTE)
    await limits.impose(BOB, 1, MINUTE)
    now = MINUTE
    away.add(ANN)
    await expect(limits.restoreDue()).rejects.toThrow(`${ANN}: no answer`)
    expect([atServers.get(ANN), atServers.get(BOB)]).toEqual([1, 5])
    away.clear()
    await limits.restoreDue()
    expect([atServers.get(ANN), atServers.get(BOB)]).toEqual([0, 5])
  })

  test('a limit that somebody else changed meanwhile stays', async () => {
    const limits = open()
    await limits.impose(ANN, 1, MINUTE)
    atServers.set(ANN, 3)
    now = MINUTE
    await limits.restoreDue()
    expect(atServers.get(ANN)).toBe(3)
    await limits.restoreDue()
    expect(atServers.get(ANN)).toBe(3)
  })

  test('a limit stored by an earlier release is given back', async () => {
    stored.set('respond.server_limits', { [BOB]: { before: 4, until: 0 } })
    await open().restoreDue()
    expect(atServers.get(BOB)).toBe(4)
  })
})
