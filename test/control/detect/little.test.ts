import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import {
  DAY,
  daily,
  everyNth,
  HOUR,
  MINUTE,
  PLACES,
  type PlayFields,
  play,
  START,
} from './play-builder.ts'

const now = START + 30 * DAY
const evenings = daily(everyNth(30, 1), { device: 'set', minutes: 120 })
const isAccused = (plays: readonly PlayRecord[]): boolean => assessAccount(plays, { now }).flagged

const hotels = [PLACES.bordeaux, PLACES.turin, PLACES.boston, PLACES.sydney, PLACES.detroit]

/** Evenings on a trip, each in another hotel unless a network is given. */
const trip = (nights: number, fields: PlayFields): PlayRecord[] =>
  everyNth(nights, 1).flatMap((night) =>
    daily([10 + night], {
      at: HOUR,
      network: `198.18.${night}.7`,
      player: 'computer',
      ...fields,
      with: { ...hotels[night % hotels.length], ...fields.with },
    }),
  )

describe('evenings away, while others watch at home', () => {
  it.each([1, 2, 3, 4, 5, 6])('%i, each in another place, accuse nobody', (nights) => {
    expect(isAccused([...evenings, ...trip(nights, { device: 'laptop' })])).toBe(false)
  })

  it.each([1, 2, 3, 4, 5, 6])('%i, each in a private window, accuse nobody', (nights) => {
    const plays = everyNth(nights, 1).flatMap((n) =>
      trip(n + 1, { device: `window ${n}` }).slice(n),
    )
    expect(isAccused([...evenings, ...plays])).toBe(false)
  })

  it.each([1, 2])('%i in one hotel accuse nobody, with four devices and all night', (nights) => {
    const plays = ['a', 'b', 'c', 'd'].flatMap((device) =>
      trip(nights, { device, network: '198.18.0.7', minutes: 600, with: PLACES.sydney }),
    )
    expect(isAccused([...evenings, ...plays])).toBe(false)
  })

  it.each([3, 4, 5, 6])('%i with a stick, each in another hotel, accuse nobody', (nights) => {
    const providers = ['One', 'Two', 'Three', 'Four', 'Five']
    const plays = everyNth(nights, 1).flatMap((n) =>
      trip(n + 1, {
        device: 'stick',
        player: 'television',
        minutes: 150,
        with: { asn: 64600 + n, asnOrg: `Hotel ${providers[n % 5]}` },
      }).slice(n),
    )
    expect(isAccused([...evenings, ...plays])).toBe(false)
  })

  it('two long days, and a set switched on for seconds on a third, accuse nobody', () => {
    const there = { device: 'other', network: '198.18.9.7', with: PLACES.turin } as const
    const plays = [
      ...daily([10, 17], { ...there, at: HOUR, minutes: 600 }),
      ...daily([24], { ...there, at: HOUR, minutes: 0.2 }),
    ]
    expect(isAccused([...evenings, ...plays])).toBe(false)
  })

  it.each([5, 10, 15])(
    'on a phone network, %i times over as many addresses, accuse nobody',
    (times) => {
      const plays = everyNth(times, 1).map((i) =>
        play({
          at: i * 2 * DAY + HOUR,
          minutes: 30,
          device: 'phone',
          player: 'phone',
          network: `100.${70 + i}.${i}.9`,
          with: { ...PLACES.bordeaux, asn: 64510, asnOrg: 'Mobile One' },
        }),
      )
      expect(isAccused([...evenings, ...plays])).toBe(false)
    },
  )
})

describe('one house however many lines it shows', () => {
  const provider = { asn: 64500, asnOrg: 'Provider' }

  it.each([4, 10, 20, 29])('on IPv6 and a set that cannot on IPv4, after %i evenings', (days) => {
    const plays = everyNth(days, 1).flatMap((day) => [
      play({ at: day * DAY, device: 'lg', network: '2001:db8:7:1::/64', with: provider }),
      play({
        at: day * DAY + 20 * MINUTE,
        device: 'roku',
        with: { ...provider, client: 'Plex for Roku' },
      }),
    ])
    expect(isAccused(plays)).toBe(false)
  })

  it.each([4, 10, 20, 29])('on the LAN and by its public address, after %i evenings', (days) => {
    const plays = everyNth(days, 1).flatMap((day) => [
      play({
        at: day * DAY,
        device: 'set',
        network: '192.168.1.20',
        place: 'nowhere',
        with: { isLan: true },
      }),
      play({ at: day * DAY + 20 * MINUTE, device: 'kodi', with: { ...provider, client: 'Kodi' } }),
    ])
    expect(isAccused(plays)).toBe(false)
  })
})

describe('rows of a monitor that was off', () => {
  it.each([2, 3, 5, 8])('%i that stop together, days later, accuse nobody', (rows) => {
    const stop = START + 6 * DAY
    const ghosts = everyNth(rows, 1).map((i) =>
      play({
        at: DAY + i * MINUTE,
        device: `device ${i}`,
        with: { lastSeenAt: stop, endedAt: stop, playedMs: 5 * DAY },
      }),
    )
    expect(isAccused(ghosts)).toBe(false)
    expect(isAccused([...evenings, ...ghosts])).toBe(false)
  })

  it.each([2, 3, 4])('written %i times count once, seconds apart', (times) => {
    const copies = evenings.flatMap((one) =>
      everyNth(times, 1).map((i) => ({
        ...one,
        id: `${one.id} ${i}`,
        title: 'A film',
        startedAt: one.startedAt + i * 2000,
      })),
    )
    expect(assessAccount(copies, { now }).plays).toBe(evenings.length)
    expect(preparePlays(copies, now)).toHaveLength(evenings.length)
  })
})

describe('two homes whose evenings straddle midnight of UTC', () => {
  it.each([0, 72, 180, 300])('are accused alike, %i minutes later', (minutes) => {
    const at = (5 * 60 + 30 + minutes) * MINUTE
    const plays = everyNth(60, 3).flatMap((day) => [
      play({ at: day * DAY + at, place: 'boston', minutes: 80, device: 'set' }),
      play({
        at: day * DAY + at + 96 * MINUTE,
        place: 'detroit',
        network: '198.51.100.9',
        minutes: 75,
        device: 'set of a friend',
      }),
    ])
    expect(assessAccount(plays, { now: START + 60 * DAY }).flagged).toBe(true)
  })
})

describe('items of ten minutes', () => {
  it.each([0, 1, 5, 15])('in two homes are watching, with %i seconds between', (pause) => {
    const items = (day: number, fields: PlayFields): PlayRecord[] =>
      everyNth(9, 1).map((i) =>
        play({
          ...fields,
          at: day * DAY + i * (590 + pause) * 1000,
          minutes: 590 / 60,
          with: { title: `Item ${i}` },
        }),
      )
    const plays = everyNth(24, 2).flatMap((day) => [
      ...items(day, { device: 'set' }),
      ...items(day, { device: 'set of a friend', place: 'bordeaux', network: '198.51.100.9' }),
    ])
    expect(isAccused(plays)).toBe(true)
  })
})

describe('whoever is flagged', () => {
  const there = { device: 'other', network: '198.18.9.7', with: PLACES.turin } as const

  it.each([3, 4, 5])('is told what was seen on %i days, and what would clear it', (days) => {
    const plays = daily(everyNth(days * 7, 7), { ...there, minutes: 300 })
    const { flagged, findings } = assessAccount([...evenings, ...plays], { now })
    expect(flagged).toBe(true)
    expect(findings.map(({ kind, summary }) => `${kind}: ${summary}`)).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^second_household: A second household in Turin.* played on ${days} days.* Cleared by .*feedback that 198.18.9.7 is home\\.$`,
        ),
      ),
    )
    const homes = ['198.18.9.7']
    expect(assessAccount([...evenings, ...plays], { now, feedback: { homes } }).flagged).toBe(false)
  })

  it('is told each network of a home with several', () => {
    const plays = ['198.18.9.7', '198.18.9.90'].flatMap((network, i) =>
      daily(
        everyNth(8, 1).map((n) => 4 + 2 * n + i),
        { ...there, network, minutes: 120 },
      ),
    )
    const { findings } = assessAccount([...evenings, ...plays], { now })
    expect(findings.find(({ kind }) => kind === 'second_household')?.summary).toContain(
      'feedback that its networks (198.18.9.7, 198.18.9.90) are home.',
    )
  })
})
