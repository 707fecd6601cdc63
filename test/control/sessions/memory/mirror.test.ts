import { expect, test } from 'vitest'
import { createMemoryEngine } from '../../../../control/sessions/memory/engine.ts'
import { createSessionMirror } from '../../../../control/sessions/memory/mirror.ts'
import { createMemoryIndex } from '../../../../control/sessions/memory/session-index.ts'
import { accountTag } from '../../../../control/sessions/model/keys.ts'
import { claimOf } from '../../../../control/sessions/model/session-shape.ts'
import type { SessionClaim } from '../../../../control/sessions/model/session-store.ts'
import { newEffects } from '../../../../njs/domain/limits/limits.ts'
import { slotOf } from '../../../../njs/domain/limits/seat.ts'
import { DEFAULT_LIMITS } from '../../../../njs/domain/limits/types.ts'
import type { ReasonId } from '../../../../njs/domain/reasons.ts'

const RESERVE_MS = DEFAULT_LIMITS.reserveMs

const claim = (key: string): SessionClaim => ({
  account: 'own:ann',
  sid: `sid-${key}`,
  key,
  channel: 'one',
  device: 'dev',
  kin: 'dev',
  player: 'vlc',
  network: '10.0.0.0/24',
  isFixed: false,
  foreignToken: null,
  download: null,
  idleMs: 30_000,
  limits: DEFAULT_LIMITS,
  info: {
    accountName: null,
    address: '10.0.0.1',
    agent: 'VLC',
    family: 'vlc',
    playback: null,
    country: null,
    edge: 'local',
    group: 'all',
    protocol: 'hls',
    tokenPrint: null,
  },
})

/** A mirror in which `keys` were opened, a second after each other. */
const opened = (...keys: string[]) => {
  let at = 1_000_000
  const now = () => at
  const [engine, index, strange] = [
    createMemoryEngine(now),
    createMemoryIndex(),
    createMemoryIndex(),
  ]
  const mirror = createSessionMirror({
    engine,
    index,
    now,
    source: () => ({ engine: createMemoryEngine(now), index: strange }),
    onError: (error) => {
      throw error
    },
  })
  const open = (key: string, isKnown = false): void => {
    at += 1000
    mirror.admitted(claim(key), `req-${key}`, {
      outcome: 'admitted',
      sid: `sid-${key}`,
      key,
      leaseMs: 30_000,
      isKnown,
      openedMs: at,
    })
  }
  for (const key of keys) open(key)
  const slots = async () => (await engine.read([accountTag('own:ann')]))[0]?.slots ?? {}
  return {
    mirror,
    open,
    slots,
    indexed: async () => [...(await index.find([...keys])).keys()],
    wait: (ms: number) => {
      at += ms
    },
    end: (key: string, reason: ReasonId) => {
      const slot = slotOf(claimOf(claim(key), `req-${key}`), at)
      mirror.changed({ ...newEffects(), ended: [{ key, slot, reason }] })
    },
    see: async (...seen: string[]) =>
      await mirror.renewed({ edge: 'local', seen }, { kill: [], drop: [] }),
  }
}

test('what is new is copied when memory is asked, with the times it was opened at', async () => {
  const { mirror, slots, indexed } = opened('a', 'b')
  expect([await slots(), await indexed()]).toEqual([{}, []])
  mirror.settle()
  const copied = await slots()
  expect(Object.keys(copied)).toEqual(['a', 'b'])
  expect([copied['a']?.opened, copied['b']?.opened]).toEqual([1_001_000, 1_002_000])
  expect([copied['a']?.started, copied['a']?.req]).toEqual([0, 'req-a'])
  expect(await indexed()).toEqual(['a', 'b'])
})

test('what has ended unstarted was never in memory, and what is seen is from then on', async () => {
  const { mirror, slots, end, see } = opened('a', 'b', 'c')
  end('a', 'session.unstarted')
  await see('b')
  const seen = await slots()
  expect([Object.keys(seen), (seen['b']?.started ?? 0) > 0]).toEqual([['b'], true])
  mirror.settle()
  expect(Object.keys(await slots())).toEqual(['b', 'c'])
  end('b', 'session.closed')
  expect(Object.keys(await slots())).toEqual(['c'])
})

test('a reservation that is over is not copied, and opened again it is', async () => {
  const { mirror, slots, wait, open } = opened('a', 'b')
  wait(RESERVE_MS)
  open('b', true)
  mirror.settle()
  expect(Object.keys(await slots())).toEqual(['b'])
  expect((await slots())['b']?.started).toBeGreaterThan(0)
})

test('a repeated opening is one session in memory, and an idle one may be seen again', async () => {
  const { mirror, slots, open, end, see } = opened('a', 'b')
  open('a', true)
  expect(Object.keys(await slots())).toEqual(['a'])
  end('b', 'session.idle')
  expect(Object.keys(await slots())).toEqual(['a', 'b'])
  await see('b')
  mirror.settle()
  expect(Object.keys(await slots())).toEqual(['a', 'b'])
})
