import { expect, test } from 'vitest'
import type { PlayEvent } from '../../../../control/events/play-event.ts'
import { playOfEvent } from '../../../../control/events/play-of-event.ts'
import { createPlayPublisher } from '../../../../control/sources/hub/play-events.ts'
import { createPlayTable, type SeenPlay } from '../../../../control/sources/live/play-table.ts'
import { emptyPlay } from '../../../../control/sources/model/empty-play.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

const open = () => {
  let at = 1_800_000_000_000
  const events: PlayEvent[] = []
  const onChange = createPlayPublisher({ publish: (more) => void events.push(...more) }, () => at)
  const table = createPlayTable({ now: () => at, onChange })
  const seen = (address = '198.51.100.7'): SeenPlay => ({
    key: 'k',
    state: 'playing',
    record: {
      ...emptyPlay,
      id: `p${at}`,
      source: 'plex:house',
      account: 'server:house:1',
      player: 'Living room',
      address,
      startedAt: at,
      lastSeenAt: at,
    },
    handle: 'a',
  })
  return {
    table,
    events,
    told: () => events.map(({ type, reason }) => (reason ? `${type} ${reason}` : type)),
    look: (...addresses: string[]) => table.replace(addresses.map((one) => seen(one))),
    pass: (ms: number) => {
      at += ms
    },
  }
}

const HERE = '198.51.100.7'

test('a play is told at its beginning, once a minute, where it moves, and at its end', () => {
  const { look, pass, told, events } = open()
  for (let round = 0; round <= 24; round++) {
    look(HERE)
    pass(5 * SECOND)
  }
  expect(told()).toEqual(['started', 'updated', 'updated'])
  look('203.0.113.5')
  expect(events.at(-1)).toMatchObject({ type: 'updated', address: '203.0.113.5' })
  pass(5 * SECOND)
  look()
  expect(told().at(-1)).toBe('closed')
  expect(events.map((event) => playOfEvent(event).player)).toEqual(events.map(() => 'Living room'))
  expect(events.at(-1)?.durationMs).toBe(2 * MINUTE + 5 * SECOND)
})

test('what was ended is over for the detectors at once, and its lingering is no news', () => {
  const { table, look, pass, told } = open()
  look(HERE)
  table.markEndAsked('k')
  for (let round = 0; round < 30; round++) {
    pass(10 * SECOND)
    look(HERE)
  }
  pass(SECOND)
  look()
  expect(told()).toEqual(['started', 'closed session.ended'])
})

test('what comes back within the cool-off counts once it is over', () => {
  const { table, look, pass, told } = open()
  look(HERE)
  table.markEndAsked('k')
  look()
  pass(MINUTE)
  look(HERE)
  for (let round = 0; round < 29; round++) {
    pass(10 * SECOND)
    look(HERE)
  }
  expect(told()).toEqual(['started', 'closed session.ended'])
  pass(20 * SECOND)
  look(HERE)
  expect(told().at(-1)).toBe('started')
})

test('a second stream of the account tells the first one anew, so that both are seen at once', () => {
  const { table, look, pass, events } = open()
  look(HERE)
  pass(5 * SECOND)
  const at = 1_800_000_005_000
  const [first] = table.list()
  if (first === undefined) throw new Error('nothing plays')
  const { key, state, record } = first
  const one = { key, state, record, handle: 'a' }
  const two = { ...one, key: 'k2', record: { ...record, id: 'second', startedAt: at } }
  const other = { ...record, id: 'other', account: 'server:house:2', startedAt: at }
  // Whichever of them a look shows first.
  table.replace([two, one, { ...one, key: 'k3', record: other }])
  const told = events
    .slice(1)
    .map(({ type, id, startedAt, at: seen }) => ({ type, id, startedAt, seen }))
  expect(told.filter(({ type }) => type === 'started').map(({ id }) => id)).toEqual([
    'second',
    'other',
  ])
  expect(told.filter(({ id }) => id === record.id)).toMatchObject([{ type: 'updated', seen: at }])
})
