import { describe, expect, it } from 'vitest'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, PLACES, play, START } from './play-builder.ts'

const now = START + 60 * DAY
const kindsOf = (plays: Parameters<typeof assessAccount>[0]) =>
  assessAccount(plays, { now }).findings.map((f) => f.kind)

const family = [
  ...daily(everyNth(60, 1), { place: 'boston', minutes: 90 }),
  ...daily(everyNth(60, 2), { place: 'boston', player: 'phone', at: 2 * HOUR, minutes: 30 }),
]

describe('one member in Boston and Detroit on one day', () => {
  const dayOut = [
    play({ at: 30 * DAY, place: 'boston', device: 'television boston', minutes: 120 }),
    play({
      at: 30 * DAY + HOUR,
      place: 'detroit',
      network: '198.51.100.9',
      device: 'phone boston',
      player: 'phone',
    }),
  ]

  it('is explained by the home they come back to', () => {
    expect(kindsOf([...family, ...dayOut])).not.toContain('simultaneous_places')
  })

  it('is seen of whom nothing else is known', () => {
    expect(kindsOf(dayOut)).toContain('simultaneous_places')
  })

  it('does not accuse', () => {
    const assessment = assessAccount([...family, ...dayOut], { now })
    expect(assessment.flagged).toBe(false)
    expect(assessment.confidence).toBeLessThan(5)
  })

  it('does not accuse a person alone either', () => {
    const boston = play({ place: 'boston', player: 'phone', device: 'phone a' })
    const detroit = play({
      at: 70 * 60_000,
      place: 'detroit',
      network: '198.51.100.9',
      device: 'phone b',
      player: 'phone',
    })
    const assessment = assessAccount([boston, detroit], { now })
    expect(assessment.findings.map((f) => f.kind)).toContain('impossible_travel')
    expect(assessment.flagged).toBe(false)
  })
})

describe('one account used by three people in two countries', () => {
  const three = [
    ...daily(everyNth(60, 1), { minutes: 90 }),
    ...daily(everyNth(60, 2), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 }),
    ...daily(everyNth(60, 3), { place: 'turin', network: '203.0.113.5', minutes: 90 }),
  ]
  const assessment = assessAccount(three, { now })

  it('accuses', () => {
    expect(assessment.flagged).toBe(true)
    expect(assessment.confidence).toBeGreaterThan(95)
  })

  it('shows the three households', () => {
    expect(assessment.households.map((h) => [h.city, h.televisions, h.daysActive])).toEqual([
      ['Lyon', 1, 60],
      ['Bordeaux', 1, 30],
      ['Turin', 1, 20],
    ])
  })

  it('puts the second household first and adds the sessions to check', () => {
    const second = assessment.findings.find((f) => f.kind === 'second_household')
    expect(assessment.findings[0]?.severity).toBe('high')
    expect(second?.evidence.sessions.length).toBeGreaterThan(1)
  })
})

describe('a traveller with 15 addresses in a month', () => {
  const cities = [PLACES.lyon, PLACES.bordeaux, PLACES.turin, PLACES.boston, PLACES.sydney]
  const trip = everyNth(15, 1).flatMap((n) => {
    const where = cities[n % cities.length]
    const network = `198.51.100.${n + 1}`
    const at = 2 * n * DAY
    return [
      play({ at, player: 'phone', device: 'phone', network, ...(where ? { with: where } : {}) }),
      play({
        at: at + 3 * HOUR,
        player: 'computer',
        device: 'laptop',
        network,
        ...(where ? { with: where } : {}),
      }),
    ]
  })

  it('does not accuse', () => {
    const assessment = assessAccount(trip, { now })
    expect(new Set(trip.map((p) => p.network)).size).toBe(15)
    expect(assessment.flagged).toBe(false)
    expect(assessment.confidence).toBeLessThan(20)
  })

  it('does not accuse one who has a home where others watch', () => {
    const home = daily(everyNth(60, 1), { minutes: 90, network: '192.0.2.77' })
    const atHome = daily([0, 31, 33, 35, 37], {
      player: 'phone',
      device: 'phone',
      network: '192.0.2.77',
      at: 6 * HOUR,
    })
    const assessment = assessAccount([...home, ...atHome, ...trip], { now })
    expect(assessment.flagged).toBe(false)
  })
})
