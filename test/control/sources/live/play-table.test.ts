import { expect, test } from 'vitest'
import { createPlayTable, type SeenPlay } from '../../../../control/sources/live/play-table.ts'
import { emptyPlay } from '../../../../control/sources/model/empty-play.ts'
import type { PlayState } from '../../../../control/sources/model/live-play.ts'
import { recordChanges } from '../../../support/media-servers/media-servers.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE

const open = (graceMs = 15 * SECOND) => {
  let at = 1_800_000_000_000
  const { changes, onChange } = recordChanges()
  const table = createPlayTable({ now: () => at, onChange, graceMs })
  const seen = (session: string, state: PlayState = 'playing'): SeenPlay => ({
    key: 'ann:tv:501',
    state,
    record: { ...emptyPlay, id: `id-${at}`, startedAt: at, lastSeenAt: at },
    handle: session,
  })
  return {
    table,
    changes,
    told: (type: string) => changes.filter((change) => change.type === type),
    look: (...sessions: readonly (string | SeenPlay)[]) =>
      table.replace(sessions.map((one) => (typeof one === 'string' ? seen(one) : one))),
    seen,
    pass: (ms: number) => {
      at += ms
    },
    at: () => at,
  }
}

test('a session that is dropped and made anew every three seconds is one play', () => {
  const { look, pass, told, table } = open()
  for (let round = 0; round < 40; round++) {
    look(`session ${round}`)
    pass(3 * SECOND)
    look()
    pass(3 * SECOND)
  }
  expect(told('opened')).toHaveLength(1)
  expect(told('closed')).toEqual([])
  expect(table.list()).toHaveLength(1)
})

test('twelve ghosts of one play are one play, and all of them are ended', () => {
  const { look, told, table } = open()
  look(...Array.from({ length: 12 }, (_, i) => `ghost ${i}`))
  expect(told('opened')).toHaveLength(1)
  expect(table.handlesOf('ann:tv:501')).toHaveLength(12)
})

test('a play that is missing for the time of grace ended when it was first missed', () => {
  const { look, pass, told, at } = open()
  look('a')
  pass(5 * SECOND)
  const missed = at()
  look()
  pass(10 * SECOND)
  look()
  expect(told('closed')).toEqual([])
  pass(10 * SECOND)
  look()
  expect(told('closed')[0]?.play.record.endedAt).toBe(missed)
})

test('a server that is away for a day: the play ended when it was last seen, and what plays then is another', () => {
  const { look, pass, told, at } = open()
  look('a')
  pass(MINUTE)
  look('a')
  const last = at()
  pass(DAY)
  look('a')
  const [closed] = told('closed')
  expect(closed?.play.record.endedAt).toBe(last)
  const [first, second] = told('opened').map(({ play }) => play.record)
  expect(second?.id).not.toBe(first?.id)
  expect(second?.startedAt).toBe(at())
})

test('pauses and silences are not played', () => {
  const { look, pass, seen, table } = open()
  look('a')
  pass(30 * SECOND)
  look(seen('a', 'paused'))
  pass(30 * SECOND)
  look('a')
  pass(9 * MINUTE)
  look('a')
  pass(10 * SECOND)
  look('a')
  expect(table.get('ann:tv:501')?.record.playedMs).toBe(40 * SECOND)
})

test('what was ended and comes back soon is told apart; later it is a new play', () => {
  const { look, pass, table, told } = open()
  look('a')
  table.markEndAsked('ann:tv:501')
  pass(5 * SECOND)
  look()
  expect(told('closed')[0]?.play.endAskedAt).not.toBeNull()
  pass(2 * MINUTE)
  look('b')
  expect(table.get('ann:tv:501')).toMatchObject({ isReturned: true, endAskedAt: null })
  pass(20 * SECOND)
  look()
  pass(20 * SECOND)
  look()
  pass(10 * MINUTE)
  look('c')
  expect(table.get('ann:tv:501')?.isReturned).toBe(false)
})

test('what goes while its end is being asked for was ended on request; after a refusal it was not', () => {
  const { look, pass, table, told } = open(0)
  const endedAs = (isEnding: readonly boolean[]) => {
    look('a')
    for (const one of isEnding) table.setEnding('ann:tv:501', one)
    look('a')
    pass(5 * SECOND)
    look()
    return told('closed').at(-1)?.play.endAskedAt ?? null
  }
  expect(endedAs([true])).not.toBeNull()
  expect(endedAs([true, false])).toBeNull()
})

test('what lingers after its end was asked stays marked', () => {
  const { look, pass, table } = open()
  look('a')
  table.markEndAsked('ann:tv:501')
  const askedAt = table.get('ann:tv:501')?.endAskedAt
  pass(30 * SECOND)
  look('another session of it')
  expect(table.get('ann:tv:501')?.endAskedAt).toBe(askedAt)
})

test('a play watched before this process began keeps its id and start', () => {
  const start = { id: 'of before', startedAt: 5 }
  const table = createPlayTable({ now: () => 1000, resume: () => start })
  table.replace([
    { key: 'k', state: 'playing', record: { ...emptyPlay, startedAt: 1000 }, handle: null },
  ])
  expect(table.get('k')?.record).toMatchObject(start)
})
