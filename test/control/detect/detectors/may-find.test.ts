import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DETECTORS, mayFindAny } from '../../../../control/detect/detectors/index.ts'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { inspectPlayAt } from '../../../../control/detect/judge/inspect-event.ts'
import { parseRules } from '../../../../control/detect/rules/rules.ts'
import { FINDING_KINDS, type FindingKind } from '../../../../control/detect/types.ts'
import { DAY, HOUR, play, START } from '../play-builder.ts'

const SITES = ['lyon', 'bordeaux', 'turin'] as const

/** Accounts of one place or of several, on few devices and networks or on many. */
const anyAccount = fc
  .record({
    places: fc.integer({ min: 1, max: 3 }),
    devices: fc.constantFrom(1, 3, 8, 40),
    networks: fc.constantFrom(1, 3, 8, 40),
    hosting: fc.boolean(),
    days: fc.constantFrom(3, 40),
    renewed: fc.boolean(),
  })
  .chain(({ places, devices, networks, hosting, days, renewed }) =>
    fc.array(
      fc
        .record({
          at: fc.integer({ min: 0, max: days * 24 * 4 }),
          minutes: fc.constantFrom(20, 180, 900),
          site: fc.integer({ min: 0, max: places - 1 }),
          network: fc.integer({ min: 1, max: networks }),
          device: fc.integer({ min: 1, max: devices }),
          isHosting: fc.boolean(),
          isRunning: fc.boolean(),
        })
        .map(({ at, minutes, site, network, device, isHosting, isRunning }) => {
          // Every five days another set of devices and networks, of who gets the account next.
          const by = renewed ? 10 * Math.floor(at / (5 * 24 * 4)) : 0
          return play({
            at: (at * HOUR) / 4,
            minutes,
            place: SITES[site] ?? 'lyon',
            network: `203.0.${network + by}.7`,
            device: `device-${device + by}`,
            with: {
              client: `Player ${device + by}`,
              ...(hosting && isHosting ? { asnOrg: 'Hetzner Online' } : {}),
              ...(isRunning ? { endedAt: null } : {}),
            },
          })
        }),
      { maxLength: 60 },
    ),
  )

const PARAMS: Partial<Record<FindingKind, object[]>> = {
  impossible_travel: [{}, { min_distance_km: 0 }, { min_distance_km: 420, ignore_hosting: false }],
  simultaneous_places: [
    {},
    { min_distance_km: 0 },
    { min_distance_km: 420, min_overlap_minutes: 0 },
  ],
  device_velocity: [
    { max: 2, window_hours: 5 },
    { max: 3, count: 'devices' },
  ],
  concurrent_streams: [{}, { max_streams: 1, min_overlap_minutes: 0 }, { max_streams: 2 }],
  restreaming: [{ min_hours_per_day: 2, min_days: 1, min_parallel: 2 }, { min_hours_per_day: 8 }],
  leaked_copy: [{}, { min_devices: 2, min_places: 2, burst_hours: 9, window_hours: 240 }],
  hosting_network: [{}, { min_plays: 3 }],
}

it('where a quick look at all plays says that a rule finds nothing, it finds nothing at any of them', () => {
  const kinds = FINDING_KINDS.filter((kind) => DETECTORS[kind].mayFind !== undefined)
  expect(kinds.toSorted()).toEqual(Object.keys(PARAMS).toSorted())
  const parsed = parseRules(
    kinds.flatMap((kind) =>
      (PARAMS[kind] ?? []).map((params, i) => ({ id: `${kind}-${i}`, kind, params })),
    ),
  )
  const rules = parsed.ok ? parsed.rules : []
  const seen = new Set<string>()
  fc.assert(
    fc.property(anyAccount, (some) => {
      const known = preparePlays(some, START + 60 * DAY)
      for (const rule of rules) {
        const may = mayFindAny(rule, known)
        const at = known.findIndex((_, i) => inspectPlayAt(i, known, rule) !== null)
        if (!may) expect([rule.id, at]).toEqual([rule.id, -1])
        seen.add(`${rule.kind} ${may ? 'looks' : 'skips'}`)
        if (at >= 0) seen.add(`${rule.kind} finds`)
      }
    }),
    { seed: 11, numRuns: 250 },
  )
  const wanted = kinds.flatMap((kind) =>
    ['finds', 'looks', 'skips'].map((what) => `${kind} ${what}`),
  )
  expect([...seen].sort()).toEqual(wanted.sort())
})
