import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkSession,
  endSessions,
  newAccountState,
  newEffects,
  openSession,
  renewSessions,
} from '#domain/limits/limits'
import {
  type AccountState,
  type Claim,
  DEFAULT_LIMITS,
  IDLE_VOD_MS,
  type Limits,
} from '#domain/limits/types'

const START = 1_760_000_000_000

const claim = (key: string, more: Partial<Claim> = {}): Claim => ({
  key,
  sid: `sid-${key}`,
  req: `req-${key}`,
  ch: 'one',
  dev: 'dev-a',
  player: 'vlc',
  net: '192.0.2.1',
  dl: '',
  idle: 30_000,
  edge: 'e1',
  info: '{}',
  ...more,
})

/** One account and its clock. */
const table = (limits: Partial<Limits>) => {
  const full = { ...DEFAULT_LIMITS, ...limits }
  const state = newAccountState('own:1', full)
  let now = START
  const effects = newEffects()
  return {
    state,
    effects,
    wait: (seconds: number) => {
      now += seconds * 1000
    },
    open: (one: Claim) =>
      openSession(state, { claim: one, limits: full, hasWaited: false }, now, effects),
    check: (one: Claim, silentMs = -1) =>
      checkSession(
        state,
        { claim: one, limits: full, cloneKey: `c${one.net}`, silentMs },
        now,
        effects,
      ),
    renew: (...seen: string[]) =>
      renewSessions(state, { edge: 'e1', seen, traffic: [], limits: null }, now, effects),
    traffic: (key: string) =>
      renewSessions(
        state,
        { edge: 'e1', seen: [], traffic: [[key, 9_000, 3]], limits: null },
        now,
        effects,
      ),
    end: (key: string, refuseMs = 0) =>
      endSessions(state, { keys: [key], reason: 'session.ended', refuseMs }, now, effects),
    leave: (key: string) =>
      endSessions(
        state,
        { keys: [key], reason: 'session.unstarted', refuseMs: 0, isUnused: true },
        now,
        effects,
      ),
  }
}

const liveKeys = (state: AccountState) =>
  Object.keys(state.slots).filter((key) => state.slots[key]?.gone === 0)

describe('a slot', () => {
  test('that is not started in 10 s is free, and comes back if it is used after all', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    t.wait(10)
    expect(t.open(claim('b', { dev: 'dev-b' }))).toMatchObject({ outcome: 'admitted' })
    expect(t.effects.ended).toMatchObject([{ key: 'a', reason: 'session.unstarted' }])
    t.end('b')
    expect(t.renew('a')).toEqual({ unknown: [], refused: [] })
    expect(liveKeys(t.state)).toEqual(['a'])
  })

  test('of an opening that was given up is free at once', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    expect(t.leave('a')).toBe(1)
    expect(t.open(claim('b', { dev: 'dev-b' }))).toMatchObject({ outcome: 'admitted' })
  })

  test.each([
    ['the same opening put to control again', { req: 'req-a' }],
    ['another opening of the player', { req: 'req-b', dl: 'd' }],
  ])('is kept by %s, even at the same moment', (_, again) => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a', { dl: 'd' }))
    expect(t.open(claim('b', again))).toMatchObject({ key: 'a', isKnown: true })
    expect(t.leave('a')).toBe(0)
    expect(liveKeys(t.state)).toEqual(['a'])
  })

  test('that is played is not given up', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    t.renew('a')
    expect(t.leave('a')).toBe(0)
    expect(liveKeys(t.state)).toEqual(['a'])
  })

  test('of a silent session is free after its own idle clock', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('film', { idle: IDLE_VOD_MS }))
    t.renew('film')
    t.wait(119)
    expect(t.open(claim('b', { dev: 'dev-b' }))).toMatchObject({ reason: 'cap.streams' })
    t.wait(1)
    expect(t.open(claim('c', { dev: 'dev-c' }))).toMatchObject({ outcome: 'admitted' })
    expect(t.renew('film').refused).toMatchObject([{ key: 'film', reason: 'cap.streams' }])
  })
})

describe('openings of one device that race', () => {
  test('wait, and are all refused when there are several', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    expect(t.open(claim('b', { ch: 'two' }))).toMatchObject({ outcome: 'settle' })
    expect(t.open(claim('c', { ch: 'three' }))).toMatchObject({ reason: 'cap.streams' })
    expect(t.open(claim('b', { ch: 'two' }))).toMatchObject({ reason: 'cap.streams' })
    expect(liveKeys(t.state)).toEqual(['a'])
  })

  test('follow each other when there is time between them', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    t.wait(1)
    expect(t.open(claim('b', { ch: 'two' }))).toMatchObject({ outcome: 'admitted' })
    expect(t.effects.drop).toEqual(['a'])
  })
})

test('a player whose key is always the same keeps its one slot when it opens again', () => {
  const t = table({ maxStreams: 1, limitation: 'hard' })
  t.open(claim('inferred'))
  t.wait(1)
  const again = t.open(claim('inferred', { req: 'later', sid: 'other' }))
  expect(again).toMatchObject({ outcome: 'admitted', isKnown: true, sid: 'sid-inferred' })
  t.end('inferred', 60_000)
  const refused = t.open(claim('inferred', { req: 'last' }))
  expect(refused).toMatchObject({ outcome: 'refused', reason: 'session.ended' })
})

describe('a soft limitation', () => {
  test('lets a superseded session count again when it is requested 15 s later', () => {
    const t = table({ maxStreams: 2 })
    t.open(claim('a'))
    t.renew('a')
    t.open(claim('b', { ch: 'two' }))
    expect(t.state.slots['a']?.sup).toBe(START)
    t.wait(14)
    t.renew('a', 'b')
    expect(t.state.slots['a']?.sup).toBe(START)
    t.wait(1)
    t.renew('a')
    expect(t.state.slots['a']).toMatchObject({ sup: 0, firm: START })
  })

  test('has edges ask about a superseded session that had traffic late, once', () => {
    const t = table({ maxStreams: 2 })
    t.open(claim('a'))
    t.renew('a')
    t.open(claim('b', { ch: 'two' }))
    t.wait(13)
    t.traffic('a')
    expect(t.effects.drop).toEqual([])
    t.wait(2)
    t.renew('b')
    t.renew('b')
    expect(t.effects.drop).toEqual(['a'])
  })

  test('admits nobody beyond twice the cap', () => {
    const t = table({ maxStreams: 2 })
    const outcomes = [1, 2, 3, 4, 5].map((at) => t.open(claim(`k${at}`, { dev: `d${at}` })).outcome)
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'admitted', 'refused'])
  })
})

describe('a pass', () => {
  test('that was ended is refused until its time is over', () => {
    const t = table({ maxStreams: 1 })
    t.open(claim('a'))
    t.end('a', 60_000)
    expect(t.check(claim('a'))).toMatchObject({ outcome: 'refused', reason: 'session.ended' })
    t.wait(60)
    expect(t.check(claim('a'))).toMatchObject({ outcome: 'admitted' })
  })

  test('seen active on another edge is not taken over because this edge saw silence', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    t.renew('a')
    t.wait(15)
    const elsewhere = claim('a', { net: '198.51.100.1', dev: 'dev-b', edge: 'e2' })
    expect(t.check(elsewhere, 15_000)).toMatchObject({ reason: 'session.cloned' })
    expect(t.check({ ...elsewhere, edge: 'e1' }, 15_000)).toMatchObject({ outcome: 'admitted' })
  })

  test('pairs one IPv4 with one IPv6 network, never a third', () => {
    const t = table({ maxStreams: 1, limitation: 'hard' })
    t.open(claim('a'))
    t.renew('a')
    expect(t.check(claim('a', { net: '2001:db8::', dev: 'b' }), 1_000).outcome).toBe('admitted')
    const third = claim('a', { net: '2001:db8:0:1::', dev: 'c' })
    expect(t.check(third, 1_000)).toMatchObject({ reason: 'session.cloned' })
    const stranger = claim('a', { net: '2001:db8:0:2::', dev: 'd', player: 'ffmpeg' })
    expect(t.check(stranger, 1_000)).toMatchObject({ reason: 'session.cloned' })
  })
})

const step = fc.oneof(
  fc.record({ op: fc.constant('open'), who: fc.nat(4), ch: fc.nat(4) }),
  fc.record({ op: fc.constant('renew'), who: fc.nat(20), ch: fc.nat(4) }),
  fc.record({ op: fc.constant('wait'), who: fc.nat(40), ch: fc.nat(4) }),
)

test('a hard cap is never exceeded, whatever happens', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 80 }), (cap, steps) => {
      const t = table({ maxStreams: cap, limitation: 'hard' })
      let count = 0
      for (const { op, who, ch } of steps) {
        if (op === 'wait') t.wait(who)
        if (op === 'open') t.open(claim(`k${count}`, { dev: `d${who}`, ch: `c${ch}` }))
        if (op === 'open') count += 1
        if (op === 'renew') t.renew(`k${who}`)
        expect(liveKeys(t.state).length).toBeLessThanOrEqual(cap)
      }
    }),
    { numRuns: 500 },
  )
})
