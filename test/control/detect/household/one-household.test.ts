import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { enrichPlays } from '../../../../control/detect/enriched-play.ts'
import { homesOf } from '../../../../control/detect/household/homes/homes.ts'
import { isOneHousehold } from '../../../../control/detect/household/one-household.ts'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { daily, everyNth, HOUR, play } from '../play-builder.ts'

const inOrder = (...plays: readonly PlayRecord[]): PlayRecord[] =>
  [...plays].sort((a, b) => a.startedAt - b.startedAt)

const phoneAt = (network: string, days: number): PlayRecord[] =>
  daily(everyNth(2 * days, 2), { player: 'phone', device: 'phone', network, at: 2 * HOUR })

const HOME = daily(everyNth(30, 1), {})
const LINE = HOME[0]?.network ?? ''

describe('the first look at a household', () => {
  it.each([
    ['a television', HOME],
    [
      'a television, and a phone that came home on three days',
      inOrder(...HOME, ...phoneAt(LINE, 3)),
    ],
    [
      'a television, and a phone that came home twice and was elsewhere twice as often',
      inOrder(...HOME, ...phoneAt(LINE, 2), ...phoneAt('203.0.113.77', 4)),
    ],
    ['a phone on one line', phoneAt('203.0.113.77', 5)],
  ])('knows the one of %s', (_, plays) => {
    expect(isOneHousehold(plays)).toBe(true)
    expect(homesOf(enrichPlays(plays))).toHaveLength(1)
  })

  it.each([
    [
      'a phone that was at home on two days, and more elsewhere',
      inOrder(...HOME, ...phoneAt(LINE, 2), ...phoneAt('203.0.113.77', 5)),
    ],
    [
      'televisions on two lines',
      inOrder(...HOME, ...daily(everyNth(30, 1), { network: '198.51.100.9', device: 'tv-2' })),
    ],
  ])('leaves open that of %s', (_, plays) => {
    expect(isOneHousehold(plays)).toBe(false)
  })

  it('never takes several homes for one', () => {
    const some = fc.record({
      network: fc.constantFrom(
        '203.0.113.1',
        '203.0.113.2',
        '198.51.100.9',
        '2001:db8:1:2::/64',
        '2001:db8:1:3::/64',
        '127.0.0.1',
        null,
      ),
      device: fc.constantFrom('a', 'b', 'c', 'd', null),
      isSet: fc.boolean(),
      isLan: fc.constantFrom(false, false, false, true),
      isMusic: fc.constantFrom(false, false, true),
      source: fc.constantFrom('one', 'one', 'two'),
      asnOrg: fc.constantFrom('Cable One', 'Cable One', 'Hetzner Online GmbH'),
      hour: fc.integer({ min: 0, max: 24 * 12 }),
    })
    let ones = 0
    fc.assert(
      fc.property(fc.array(some, { maxLength: 24 }), fc.boolean(), (rows, isSteady) => {
        const plays = rows.map(({ isSet, hour, network, device, ...told }) =>
          play({
            at: hour * HOUR,
            network,
            device,
            player: (isSteady ? device === 'a' : isSet) ? 'television' : 'phone',
            with: told,
          }),
        )
        const sorted = preparePlays(plays, Number.MAX_SAFE_INTEGER)
        if (!isOneHousehold(sorted)) return
        ones += 1
        expect(homesOf(enrichPlays(sorted)).length).toBeLessThan(2)
      }),
      { numRuns: 4000 },
    )
    expect(ones).toBeGreaterThan(100)
  })
})
