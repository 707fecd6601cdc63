import { expect, test } from 'vitest'
import type { GroupBinding, GroupWonBy } from '#domain/types'
import { keepsGroup } from '#domain/viewer/group-binding'

const HOW: readonly GroupWonBy[] = ['network', 'country', 'account', 'default']

/** A ticket of the group `home`: how it was won, and whether it opens from inside, from another group and from none. */
const VECTORS: readonly (readonly [GroupBinding, GroupWonBy, readonly boolean[]])[] = [
  ['strict', 'network', [true, false, false]],
  ['strict', 'country', [true, false, false]],
  ['strict', 'account', [true, true, true]],
  ['strict', 'default', [true, true, true]],
  ['sticky', 'network', [true, true, true]],
  ['sticky', 'country', [true, true, true]],
  ['sticky', 'account', [true, true, true]],
  ['sticky', 'default', [true, true, true]],
]

test.each(VECTORS)(
  'under %s a ticket won by %s opens inside, in another group, in none: %j',
  (binding, wonBy, expected) => {
    const opens = [{ group: 'home' }, { group: 'land' }, null].map((present) =>
      keepsGroup({ group: 'home', wonBy }, binding, present),
    )
    expect(opens).toEqual(expected)
  },
)

test('how the holder falls into the group now makes no difference', () => {
  for (const wonBy of HOW) {
    const present = { group: 'home', wonBy }
    expect(keepsGroup({ group: 'home', wonBy: 'network' }, 'strict', present)).toBe(true)
    expect(keepsGroup({ group: 'land', wonBy: 'network' }, 'strict', present)).toBe(false)
  }
})

test('every way to win a group is in the vectors, under both bindings', () => {
  const seen = VECTORS.map(([binding, wonBy]) => `${binding} ${wonBy}`)
  expect(new Set(seen).size).toBe(2 * HOW.length)
})
