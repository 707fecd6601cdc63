import { describe, expect, it } from 'vitest'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import {
  dueRules,
  inspectEvent,
  longestWindowMs,
} from '../../../../control/detect/judge/inspect-event.ts'
import { inspectPlays } from '../../../../control/detect/judge/inspect-plays.ts'
import { defaultRules, parseRules } from '../../../../control/detect/rules/rules.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from '../play-builder.ts'

const now = START + 60 * DAY
const parsed = parseRules([
  { id: 'places', kind: 'simultaneous_places', cool_down_minutes: 60 },
  { id: 'homes', kind: 'second_household' },
])
const rules = parsed.ok ? parsed.rules : []
const plays = preparePlays(
  [
    ...daily(everyNth(30, 1), { minutes: 90 }),
    ...daily(everyNth(30, 2), { place: 'bordeaux', network: '198.51.100.9', at: HOUR / 2 }),
  ],
  now,
)

describe('a live event', () => {
  it('is judged as the same play in history is', () => {
    const live = plays.flatMap((event) => inspectEvent(event, plays, rules.slice(0, 1)))
    expect(live).toEqual(inspectPlays(plays, rules.slice(0, 1)))
    expect(live).toHaveLength(15)
  })

  it('that is not among the plays says nothing', () => {
    expect(inspectEvent(play(), plays, rules)).toEqual([])
  })

  it('is not judged during the cool-down, nor by what was just asked', () => {
    const event = play({ at: 10 * DAY })
    const idsOf = (judgedAt: number | null, foundAt: number | null) =>
      dueRules(event, { rules, stateOf: () => ({ judgedAt, foundAt }) }).map((r) => r.id)
    expect(idsOf(null, null)).toEqual(['places', 'homes'])
    expect(idsOf(null, event.startedAt - 59 * MINUTE)).toEqual([])
    expect(idsOf(event.startedAt - DAY, event.startedAt - 61 * MINUTE)).toEqual(['places'])
    expect(idsOf(event.startedAt - 15 * DAY, null)).toEqual(['places', 'homes'])
  })

  it('needs plays as far back as the longest window', () => {
    expect(longestWindowMs(rules)).toBe(60 * DAY)
    expect(longestWindowMs(defaultRules())).toBe(60 * DAY)
    expect(longestWindowMs([])).toBe(0)
  })
})
