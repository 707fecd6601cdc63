import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeSurge, type Load } from '../../../control/lineup/auto-surge.ts'
import { createSurgeRound } from '../../../control/lineup/surge-round.ts'
import { createSurgeState } from '../../../control/lineup/surge-state.ts'
import type { Json } from '../../../control/store/tables/records.ts'

const profile = {
  name: 'lean',
  group: 'all',
  channels: { titles: [], ids: [], names: [], patterns: [], exclude: [], order: [], sources: [] },
  running: 'end' as const,
  above_sessions: 100,
  above_mbps: null,
  hysteresis_percent: 20,
  hold_sec: 60,
}

describe('one look at the load', () => {
  const on = { since: 0, by: 'surge' }
  it.each([
    { name: 'at the mark', sessions: 100, entry: null, now: 0, verdict: null },
    { name: 'over the mark', sessions: 101, entry: null, now: 0, verdict: 'on' },
    { name: 'on, between the marks', sessions: 81, entry: on, now: 100_000, verdict: null },
    {
      name: 'on, under the lower mark, too soon',
      sessions: 80,
      entry: on,
      now: 59_999,
      verdict: null,
    },
    { name: 'on, under the lower mark', sessions: 80, entry: on, now: 60_000, verdict: 'off' },
    {
      name: 'switched on by hand',
      sessions: 0,
      entry: { since: 0, by: 'admin' },
      now: 100_000,
      verdict: null,
    },
  ])('$name', ({ sessions, entry, now, verdict }) => {
    expect(judgeSurge(profile, { sessions, mbps: 0 }, entry, now)).toBe(verdict)
  })

  it('goes by either measure, and off only when both have fallen', () => {
    const both = { ...profile, above_mbps: 1000 }
    expect(judgeSurge(both, { sessions: 1, mbps: 1001 }, null, 0)).toBe('on')
    expect(judgeSurge(both, { sessions: 1, mbps: 801 }, on, 1e9)).toBeNull()
    expect(judgeSurge(both, { sessions: 1, mbps: 800 }, on, 1e9)).toBe('off')
  })

  it('never acts without a mark', () => {
    const none = { ...profile, above_sessions: null }
    expect(judgeSurge(none, { sessions: 1e9, mbps: 1e9 }, null, 0)).toBeNull()
  })
})

const world = () => {
  const settings = new Map<string, Json>()
  const told: string[] = []
  let now = 0
  let load: Load = { sessions: 0, mbps: 0 }
  const state = createSurgeState(
    {
      get: async (key) => await Promise.resolve(settings.get(key) ?? null),
      set: async (key, value) => {
        await Promise.resolve(settings.set(key, value))
      },
      all: async () => await Promise.resolve([]),
    },
    () => now,
  )
  const round = createSurgeRound({
    profiles: () => [profile],
    state,
    load: async () => await Promise.resolve(load),
    apply: async () => {
      await Promise.resolve(told.push('apply'))
    },
    audit: async (name, isOn, { sessions }) => {
      await Promise.resolve(told.push(`${isOn ? 'on' : 'off'} ${name} at ${sessions}`))
    },
    clock: () => now,
  })
  return {
    state,
    told,
    step: async (sessions: number, sec: number) => {
      load = { sessions, mbps: 0 }
      now += sec * 1000
      await round()
    },
  }
}

describe('the round', () => {
  it('narrows, stays for the hold time, widens, and writes each down', async () => {
    const { step, told, state } = world()
    await step(101, 2)
    await step(10, 2)
    expect([...state.active()]).toEqual(['lean'])
    await step(10, 60)
    expect([...state.active()]).toEqual([])
    expect(told).toEqual(['on lean at 101', 'apply', 'off lean at 10', 'apply'])
  })

  it("leaves an operator's switch alone", async () => {
    const { step, told, state } = world()
    await state.set('lean', true, 'admin')
    await step(10, 1000)
    expect([...state.active()]).toEqual(['lean'])
    await state.set('lean', false, 'admin')
    expect(told).toEqual([])
  })

  it('stays off after an operator switched it off, until the load has fallen once', async () => {
    const { step, state } = world()
    await step(150, 2)
    await state.set('lean', false, 'admin')
    await step(150, 2)
    await step(101, 2)
    expect([...state.active()]).toEqual([])
    await step(80, 2)
    await step(101, 2)
    expect([...state.active()]).toEqual(['lean'])
  })

  it('never switches more often than the hold time allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 60 }),
        async (loads) => {
          const { step, told } = world()
          for (const sessions of loads) await step(sessions, 2)
          const offs = told.filter((line) => line.startsWith('off')).length
          expect(offs).toBeLessThanOrEqual(Math.floor((loads.length * 2) / 60))
        },
      ),
      { numRuns: 50 },
    )
  })
})
