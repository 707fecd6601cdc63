import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DETECTORS } from '../../../../control/detect/detectors/index.ts'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import {
  dueRules,
  inspectEvent,
  longestWindowMs,
} from '../../../../control/detect/judge/inspect-event.ts'
import { inspectPlays } from '../../../../control/detect/judge/inspect-plays.ts'
import { defaultRules, parseRules } from '../../../../control/detect/rules/rules.ts'
import { FINDING_KINDS } from '../../../../control/detect/types.ts'
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

const anyPlay = fc
  .record({
    at: fc.integer({ min: 0, max: 60 }),
    minutes: fc.integer({ min: 1, max: 400 }),
    site: fc.constantFrom('lyon' as const, 'boston' as const, 'turin' as const),
    host: fc.integer({ min: 1, max: 40 }),
    device: fc.integer({ min: 1, max: 40 }),
    isHosting: fc.integer({ min: 0, max: 6 }).map((drawn) => drawn === 0),
  })
  .map(({ at, minutes, site, host, device, isHosting }) =>
    play({
      at: at * HOUR,
      minutes,
      place: site,
      network: `203.0.${host}.7`,
      device: `device-${device}`,
      ...(isHosting ? { with: { asnOrg: 'Hetzner Online' } } : {}),
    }),
  )

describe('a live event', () => {
  it('is judged as the same play in history is', () => {
    const live = plays.flatMap((event) => inspectEvent(event, plays, rules.slice(0, 1)))
    expect(live).toEqual(inspectPlays(plays, rules.slice(0, 1)))
    expect(live).toHaveLength(15)
  })

  it('of any account is judged by each rule as in history, whatever lies in its window', () => {
    const kinds = FINDING_KINDS.filter((kind) => DETECTORS[kind].everyMs === 0)
    const strict = parseRules(
      kinds.map((kind) => ({
        id: kind,
        kind,
        cool_down_minutes: 0,
        params: {
          ...(kind === 'device_velocity' ? { max: 2, window_hours: 5 } : {}),
          ...(kind === 'concurrent_streams' ? { max_streams: 1 } : {}),
          ...(kind === 'leaked_copy' ? { min_devices: 2, min_places: 2, burst_hours: 24 } : {}),
          ...(kind === 'geo_restriction' ? { countries: ['FR'] } : {}),
        },
      })),
    )
    const found = new Set<string>()
    fc.assert(
      fc.property(fc.array(anyPlay, { maxLength: 60 }), (some) => {
        const known = preparePlays(some, now)
        for (const rule of strict.ok ? strict.rules : []) {
          const inHistory = inspectPlays(known, [rule], { asked: () => true })
          for (const { finding } of inHistory) found.add(finding.kind)
          expect(known.flatMap((event) => inspectEvent(event, known, [rule]))).toEqual(inHistory)
        }
      }),
      { seed: 7, numRuns: 60 },
    )
    expect([...found].sort()).toEqual([...kinds].sort())
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
