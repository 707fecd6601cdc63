import { expect, test } from 'vitest'
import { lanesOf } from '../../../control/dashboard/app/data/lanes.ts'

const HOUR = 3_600_000
const play = (
  id: string,
  network: string | null,
  [from, to]: readonly [number, number | null],
  device = 'tv',
) => ({
  id,
  network,
  device,
  startedAt: from * HOUR,
  endedAt: to === null ? null : to * HOUR,
  lastSeenAt: (to ?? from + 5) * HOUR,
})

const overlapping = (plays: readonly ReturnType<typeof play>[]) =>
  lanesOf(plays)
    .flatMap((lane) => lane.plays)
    .filter(({ isOverlapping }) => isOverlapping)
    .map((placed) => placed.play.id)
    .sort()

test('plays on two lines at once overlap, at whatever place in the list they stand', () => {
  expect(overlapping([play('b', 'home', [2, 4]), play('a', 'office', [1, 3])])).toEqual(['a', 'b'])
})

test('plays one after the other, and several on one line, do not overlap', () => {
  expect(overlapping([play('a', 'home', [1, 2]), play('b', 'office', [2, 3])])).toEqual([])
  expect(overlapping([play('a', 'home', [1, 3]), play('b', 'home', [2, 4], 'phone')])).toEqual([])
})

test('a long play overlaps with a short one after others have ended; what still runs counts to when it was last seen', () => {
  const plays = [
    play('long', 'home', [0, 10]),
    play('other', 'home', [1, 2]),
    play('late', 'office', [8, 9]),
    play('after', 'office', [11, null]),
    play('running', 'home', [15, 17]),
  ]
  expect(overlapping(plays)).toEqual(['after', 'late', 'long', 'running'])
})

test('an opening that was refused at once overlaps with nothing, and devices stand where the line is not known', () => {
  expect(overlapping([play('a', 'home', [1, 3]), play('refused', 'office', [2, 2])])).toEqual([])
  expect(overlapping([play('a', null, [1, 3], 'tv'), play('b', null, [2, 4], 'phone')])).toEqual([
    'a',
    'b',
  ])
  expect(
    lanesOf([play('a', 'one', [1, 2]), play('b', 'two', [3, 4]), play('c', 'two', [5, 6])])[0]?.key,
  ).toBe('two')
})
