import { describe, expect, it } from 'vitest'
import { DEFAULT_WEIGHTS } from '../../../../control/detect/household/weights.ts'
import { assessAccount } from '../../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, START } from '../play-builder.ts'

const now = START + 60 * DAY
const home = daily(everyNth(60, 1), { minutes: 90 })
const other = daily(everyNth(60, 3), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 })
const shared = [...home, ...other]

describe('confidence', () => {
  it('is the sum of the points of its contributions', () => {
    for (const plays of [home, shared, []]) {
      const { confidence, contributions } = assessAccount(plays, { now })
      const points = contributions.reduce((sum, c) => sum + c.points, 0)
      expect(points).toBeCloseTo(confidence, 9)
    }
  })

  it('explains every point in words', () => {
    const { contributions } = assessAccount(shared, { now })
    const texts = contributions.map((c) => c.explanation)
    expect(texts.every((text) => /^[+\u2212]\d+: \S/.test(text))).toBe(true)
    expect(texts.join('\n')).toMatch(
      /the television in Bordeaux and the one in Lyon played at the same time on 20 of 20 days/,
    )
  })

  it('falls when devices of one home are guests of the other', () => {
    const guests = daily(everyNth(60, 3, 1), { device: 'phone', player: 'phone', at: 4 * HOUR })
    const abroad = daily(everyNth(60, 3, 2), {
      device: 'phone',
      player: 'phone',
      place: 'bordeaux',
      network: '198.51.100.9',
      at: 4 * HOUR,
    })
    const apart = assessAccount(shared, { now })
    const mixed = assessAccount([...shared, ...guests, ...abroad], { now })
    expect(mixed.confidence).toBeLessThan(apart.confidence)
    expect(mixed.contributions.find((c) => c.id === 'mixing')?.points).toBeLessThan(0)
  })

  it('counts homes as in different countries where their positions and countries are known to be', () => {
    const abroad = (fields: object) => {
      const there = daily(everyNth(60, 3), {
        place: 'turin',
        network: '198.51.100.9',
        minutes: 90,
        with: fields,
      })
      const { contributions } = assessAccount([...home, ...there], { now })
      return contributions.some(({ id }) => id === 'abroad')
    }
    expect(abroad({})).toBe(true)
    expect(abroad({ accuracyKm: 170 })).toBe(true)
    // Lyon and Turin are 237 km apart.
    expect(abroad({ accuracyKm: 230 })).toBe(false)
    expect(abroad({ country: null })).toBe(false)
    // A file of countries alone may give the middle of the country a radius.
    expect(abroad({ city: null, region: null, accuracyKm: 600 })).toBe(true)
    expect(abroad({ latitude: null, longitude: null, accuracyKm: null })).toBe(true)
  })

  it('fades as the evidence ages', () => {
    const at = (days: number) => assessAccount(shared, { now: START + days * DAY }).confidence
    expect(at(120)).toBeLessThan(at(60))
    expect(at(600)).toBeLessThan(at(120))
    expect(at(3000)).toBeLessThan(5)
  })

  it('accuses one who restreams and does nothing else', () => {
    const plays = ['a', 'b', 'c', 'd'].flatMap((device) =>
      daily(everyNth(30, 1), { device, minutes: 24 * 60, with: { asnOrg: 'OVH SAS', asn: 16276 } }),
    )
    expect(assessAccount(plays, { now }).flagged).toBe(true)
  })

  it('accuses by the home that was come back to, whatever was seen in a place of two days', () => {
    const seldom = daily([5, 20, 35, 50], {
      place: 'bordeaux',
      network: '198.51.100.9',
      device: 'set there',
      at: 6 * HOUR,
      minutes: 60,
    })
    const visit = ['a', 'b', 'c', 'd'].flatMap((device) =>
      daily([56, 57], {
        place: 'turin',
        network: '203.0.113.9',
        device,
        minutes: 600,
      }),
    )
    const flaggedBy = (plays: typeof home) => {
      const { flagged, findings } = assessAccount([...home, ...plays], { now })
      return { flagged, by: findings.find((f) => f.kind === 'second_household')?.evidence.place }
    }
    expect(flaggedBy(visit).flagged).toBe(false)
    expect(flaggedBy([...seldom, ...visit])).toMatchObject({
      flagged: true,
      by: expect.stringContaining('Bordeaux'),
    })
  })

  it('says nothing of an account without plays', () => {
    const nothing = assessAccount([], { now })
    expect(nothing).toMatchObject({ account: null, flagged: false, findings: [], households: [] })
  })

  it('obeys the threshold and the weights it is given', () => {
    expect(assessAccount(shared, { now, threshold: 100.1 }).flagged).toBe(false)
    const weights = { ...DEFAULT_WEIGHTS, intercept: -30 }
    expect(assessAccount(shared, { now, weights }).flagged).toBe(false)
  })
})

describe('an operator who says "this is fine"', () => {
  const before = assessAccount(shared, { now })

  it.each([
    ['network', { networks: ['198.51.100.9'] }],
    ['city', { cities: ['BORDEAUX'] }],
    ['device', { devices: ['television bordeaux'] }],
  ])('is believed about the %s', (_kind, feedback) => {
    const after = assessAccount(shared, { now, feedback })
    expect(before.flagged).toBe(true)
    expect(after.flagged).toBe(false)
    expect(after.confidence).toBeLessThan(5)
    expect(after.findings).toEqual([])
  })

  it('is believed about the account, and the reasons stay visible', () => {
    const after = assessAccount(shared, { now, feedback: { isAccountFine: true } })
    expect(after.flagged).toBe(false)
    expect(after.confidence).toBe(before.confidence)
  })

  it('does not hide a third household', () => {
    const third = daily(everyNth(60, 3), { place: 'turin', network: '203.0.113.5', minutes: 90 })
    const feedback = { networks: ['198.51.100.9'] }
    expect(assessAccount([...shared, ...third], { now, feedback }).flagged).toBe(true)
  })
})

describe('the line of the server', () => {
  const lan = daily(everyNth(60, 1), {
    minutes: 150,
    network: '10.0.0.5',
    with: { isLan: true },
  })
  const upstairs = daily(everyNth(60, 3), { device: 'set upstairs', network: '198.51.100.9' })
  const friend = daily(everyNth(60, 1), {
    at: 6 * HOUR,
    device: 'set of a friend',
    network: '203.0.113.5',
    place: 'bordeaux',
  })

  it('is taken to be the one public line beside the LAN', () => {
    expect(assessAccount([...lan, ...upstairs], { now })).toMatchObject({ flagged: false })
    expect(assessAccount([...lan, ...upstairs], { now }).households).toHaveLength(1)
  })

  it('is the same home as the LAN where it is told', () => {
    const plays = [...lan, ...upstairs, ...friend]
    const known = assessAccount(plays, { now, homeNetworks: ['198.51.100.9'] })
    expect(known.households.map((h) => h.devices.length)).toEqual([2, 1])
    expect(known.flagged).toBe(true)
    const both = ['198.51.100.9', '203.0.113.5']
    const trusted = assessAccount(plays, { now, homeNetworks: both })
    expect(trusted).toMatchObject({ flagged: false })
    expect(trusted.households).toHaveLength(1)
  })
})
