import { expect } from 'vitest'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { playOfEvent } from '../../../control/events/play-of-event.ts'
import { foldPlays } from '../../../control/store/history/merge-plays.ts'
import type { Store } from '../../../control/store/store.ts'
import { NOON } from './event-samples.ts'

const DAY = 86_400_000

/** All plays and roll-ups are exactly those of the events told once each. */
export async function expectHistory(store: Store, events: readonly PlayEvent[]) {
  const expected = foldPlays(events.map((event) => playOfEvent(event)))
  const found = new Map<string, unknown>()
  for await (const plays of store.history.playsBetween(0, NOON + 10 * DAY)) {
    for (const play of plays) {
      expect(found.has(play.id)).toBe(false)
      found.set(play.id, play)
    }
  }
  expect([...found.values()].length).toBe(expected.size)
  for (const play of expected.values()) expect(found.get(play.id)).toEqual(play)
  const [day] = await store.history.dashboard.perDay({ from: NOON, to: NOON + DAY })
  const bytes = [...expected.values()].reduce((sum, play) => sum + (play.bytes ?? 0), 0)
  expect(day).toMatchObject({ plays: expected.size, bytes, viewers: 37 })
}
