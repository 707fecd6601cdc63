import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { RollUpDelta } from '../../../../control/store/history/counting/roll-ups.ts'
import { foldPlays, isSamePlay, mergePlay } from '../../../../control/store/history/merge-plays.ts'
import { lookupKey } from '../../../../control/store/history/rows/play-table.ts'
import { MINUTE, NOON, samplePlay } from '../../../contract/sample-plays.ts'

/** Tellings of one play by a source that is truthful, but late, out of order and repetitive. */
const tellings = fc
  .uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 12 })
  .chain((seconds) =>
    fc.tuple(
      ...seconds.map((second) =>
        fc.record({
          delivery: fc.constantFrom(null, 'direct play' as const, 'transcode' as const),
          knowsStart: fc.boolean(),
          hasEnded: fc.boolean(),
          knowsPlace: fc.boolean(),
          second: fc.constant(second),
        }),
      ),
    ),
  )
  .map((parts) =>
    parts.map(({ second, knowsStart, hasEnded, knowsPlace, delivery }): PlayRecord => {
      const at = NOON + second * 1000
      return samplePlay({
        startedAt: knowsStart ? NOON : at,
        lastSeenAt: at,
        endedAt: hasEnded ? at : null,
        reason: hasEnded ? 'session.closed' : null,
        city: knowsPlace ? 'Lyon' : null,
        bytes: second * 10,
        playedMs: second * 1000,
        delivery,
      })
    }),
  )

const shuffled = tellings.chain((list) =>
  fc.tuple(
    fc.constant(list),
    fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
  ),
)

test('the order of arrival and repetition change nothing', () => {
  fc.assert(
    fc.property(shuffled, ([list, arrived]) => {
      const inOrder = list.toSorted((a, b) => a.lastSeenAt - b.lastSeenAt).reduce(mergePlay)
      expect(arrived.reduce(mergePlay)).toEqual(inOrder)
    }),
  )
})

test('what was converted for a part of its time counts as converted', () => {
  const begun = samplePlay({ endedAt: null, delivery: 'transcode' })
  const ended = samplePlay({ lastSeenAt: begun.lastSeenAt + 60_000, delivery: 'direct play' })
  expect(mergePlay(begun, ended).delivery).toBe('transcode')
  expect(mergePlay(ended, samplePlay({ delivery: null })).delivery).toBe('direct play')
})

test('told in batches or at once, roll-ups come to the same', () => {
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 1, max: 5 }), ([list, arrived], size) => {
      const delta = new RollUpDelta()
      let stored: PlayRecord | undefined
      for (let from = 0; from < arrived.length; from += size) {
        const [batch] = foldPlays(arrived.slice(from, from + size)).values()
        if (batch === undefined) continue
        const merged = stored === undefined ? batch : mergePlay(stored, batch)
        if (stored !== undefined) delta.count(stored, -1)
        delta.count(merged, 1)
        stored = merged
      }
      const whole = new RollUpDelta()
      whole.count(list.reduce(mergePlay), 1)
      const byKey = (rows: ReturnType<RollUpDelta['rows']>) =>
        rows.map((row) => JSON.stringify(row)).sort()
      expect(byKey(delta.rows())).toEqual(byKey(whole.rows()))
    }),
  )
})

describe('two tellings', () => {
  test('the later one decides whether it still plays', () => {
    const closed = samplePlay()
    const later = samplePlay({ lastSeenAt: NOON + 11 * MINUTE, endedAt: null, reason: null })
    expect(mergePlay(closed, later)).toMatchObject({ endedAt: null, reason: null })
    const earlier = { ...later, lastSeenAt: NOON + 9 * MINUTE }
    expect(mergePlay(closed, earlier)).toMatchObject({ endedAt: closed.endedAt })
  })

  test('at one moment the end wins, whichever comes first', () => {
    const closed = samplePlay()
    const open = samplePlay({ endedAt: null, reason: null })
    expect(mergePlay(open, closed)).toEqual(closed)
    expect(mergePlay(closed, open)).toEqual(closed)
  })

  test('what is unknown never replaces what is known', () => {
    const known = samplePlay({ lastSeenAt: NOON })
    const bare = samplePlay({ country: null, city: null, latitude: null, accountName: null })
    expect(mergePlay(known, bare)).toMatchObject({ city: 'Lyon', accountName: 'Ann' })
  })

  test('every difference in a field is seen', () => {
    const play = samplePlay()
    for (const field of Object.keys(play)) {
      expect(isSamePlay(play, { ...play, [field]: 'other' })).toBe(false)
    }
    expect(isSamePlay(play, { ...play })).toBe(true)
  })
})

test('lookup keys are whole, small enough, and differ', () => {
  const ids = Array.from({ length: 50_000 }, (_, n) => ({ source: `s${n % 7}`, id: String(n) }))
  const keys = ids.map(lookupKey)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.every((key) => Number.isInteger(key) && key >= 0 && key < 2 ** 52)).toBe(true)
})
