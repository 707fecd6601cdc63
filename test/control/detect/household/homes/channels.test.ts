import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { enrichPlays } from '../../../../../control/detect/enriched-play.ts'
import {
  popularityOf,
  UNKNOWN_POPULARITY,
} from '../../../../../control/detect/household/homes/channel-popularity.ts'
import { compareChannels } from '../../../../../control/detect/household/homes/channels.ts'
import { assessAccount } from '../../../../../control/detect/judge/assess.ts'
import {
  DAY,
  daily,
  everyNth,
  HOUR,
  MINUTE,
  onChannels,
  onEdge,
  type PlayFields,
  START,
} from '../../play-builder.ts'

const now = START + 60 * DAY

const FEW = ['news', 'sport', 'films', 'music']
const FAVOURITES = [...FEW, 'travel', 'health', 'history', 'science', 'art', 'comedy']
const OTHERS = [
  'cooking',
  'cars',
  'cartoons',
  'nature',
  'fishing',
  'golf',
  'opera',
  'crime',
  'law',
  'chess',
]

describe('the channels of two homes', () => {
  const compared = (
    a: readonly PlayRecord[],
    b: readonly PlayRecord[],
    popularity = UNKNOWN_POPULARITY,
  ) => compareChannels(enrichPlays(a), enrichPlays(b), popularity)
  const home = daily(everyNth(20, 1), {})
  const away = daily(everyNth(20, 1), { device: 'phone', network: '198.51.100.9', minutes: 20 })

  it('are alike where both have the same favourites, however long each is watched', () => {
    const { isComparable, likeness } = compared(
      onChannels(FAVOURITES, home),
      onChannels(FAVOURITES, away),
    )
    expect(isComparable).toBe(true)
    expect(likeness).toBeCloseTo(1, 9)
  })

  it('differ where each has its own', () => {
    expect(compared(onChannels(FAVOURITES, home), onChannels(OTHERS, away))).toEqual({
      isComparable: true,
      likeness: 0,
      difference: 1,
    })
  })

  it('are half alike where half are the same', () => {
    const half = [...FAVOURITES.slice(0, 5), ...OTHERS.slice(0, 5)]
    expect(compared(onChannels(FAVOURITES, home), onChannels(half, away)).likeness).toBeCloseTo(
      0.5,
      9,
    )
  })

  it('are not those that are zapped through', () => {
    const zapped = daily(everyNth(20, 1), { device: 'phone', minutes: 1, at: HOUR })
    const watched = onChannels(FAVOURITES, home)
    expect(compared([...watched, ...onChannels(OTHERS, zapped)], watched).likeness).toBeCloseTo(
      1,
      9,
    )
  })

  it('are counted once a day, however often a player opens one again', () => {
    const again = onChannels(
      ['news'],
      everyNth(300, 1).flatMap((n) => daily([0], { at: n * 3 * MINUTE, minutes: 3 })),
    )
    const watched = onChannels(FAVOURITES, home)
    expect(compared([...watched, ...again], watched).likeness).toBeGreaterThan(0.99)
  })

  it.each([
    ['on few days', daily(everyNth(5, 1), {}), FAVOURITES],
    ['of two channels', home, ['news', 'sport']],
  ])('cannot be compared %s', (_, plays, channels) => {
    expect(compared(onChannels(FAVOURITES, home), onChannels(channels, plays)).isComparable).toBe(
      false,
    )
    expect(compared(onChannels(channels, plays), onChannels(FAVOURITES, home)).isComparable).toBe(
      false,
    )
  })

  it('cannot be compared where both together watch few, as everybody may', () => {
    expect(compared(onChannels(FEW, home), onChannels(FEW, away)).isComparable).toBe(false)
    expect(compared(onChannels(FEW, home), onChannels(OTHERS.slice(0, 4), away)).isComparable).toBe(
      false,
    )
  })

  const everybody = popularityOf(FEW.map((channel) => [channel, 500]))

  it('say nothing where both watch what everybody does', () => {
    const { likeness, difference } = compared(
      onChannels(FEW, home),
      onChannels(FEW, away),
      everybody,
    )
    expect(likeness).toBeLessThan(1e-9)
    expect(difference).toBeLessThan(1e-9)
  })

  it('are alike by what both watch beside it', () => {
    const [a, b] = [onChannels([...FEW, 'golf'], home), onChannels([...FEW, 'golf'], away)]
    const { likeness, difference } = compared(a, b, everybody)
    expect(likeness).toBeCloseTo(0.2, 6)
    expect(difference).toBeCloseTo(0, 6)
  })

  it('differ by what each watches beside it', () => {
    const [a, b] = [onChannels([...FEW, 'golf'], home), onChannels([...FEW, 'opera'], away)]
    const { likeness, difference } = compared(a, b, everybody)
    expect(likeness).toBeCloseTo(0, 6)
    expect(difference).toBeCloseTo(0.2, 6)
  })

  it('are compared as they are where nobody else watches them', () => {
    const { likeness, difference } = compared(
      onChannels(FAVOURITES.slice(5), home),
      onChannels(OTHERS, away),
      everybody,
    )
    expect([likeness, difference]).toEqual([0, 1])
  })

  it('cannot be compared where none is told', () => {
    expect(compared(home, away).isComparable).toBe(false)
  })
})

const fibre = { with: { asn: 64500, asnOrg: 'Fibre' }, minutes: 90 } as const
const cable = {
  network: '198.51.100.9',
  with: { asn: 64501, asnOrg: 'Cable' },
  minutes: 90,
  at: 30 * MINUTE,
} as const

const first = onEdge(daily(everyNth(60, 1), fibre), 'TiviMate/5.2.0 (Linux; Android 9)')
const second = (fields: PlayFields): PlayRecord[] =>
  onEdge(daily(everyNth(60, 2), fields), 'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0)')

const assess = (plays: readonly PlayRecord[]) => assessAccount(plays, { now })

describe('two lines of two providers at an edge, with a set on each that never changes', () => {
  it('in one town are one house where both watch the same channels', () => {
    const assessment = assess([
      ...onChannels(FAVOURITES, first),
      ...onChannels(FAVOURITES, second(cable)),
    ])
    expect(assessment.households).toHaveLength(1)
    expect(assessment.flagged).toBe(false)
  })

  it('in one town are two homes where both watch the few channels there are', () => {
    expect(
      assess([...onChannels(FEW, first), ...onChannels(FEW, second(cable))]).households,
    ).toHaveLength(2)
  })

  it('in one town are two homes where each watches its own, and that is said', () => {
    const assessment = assess([
      ...onChannels(FAVOURITES, first),
      ...onChannels(OTHERS, second(cable)),
    ])
    expect(assessment.flagged).toBe(true)
    const reason = assessment.contributions.find(({ id }) => id === 'own_channels')
    expect(reason?.explanation).toContain('differ by 100 %')
    expect(reason?.points).toBeGreaterThan(0)
  })

  it('far apart are two homes, but the same channels speak for one household', () => {
    const far = { ...cable, place: 'bordeaux' } as const
    const assessment = assess([
      ...onChannels(FAVOURITES, first),
      ...onChannels(FAVOURITES, second(far)),
    ])
    expect(assessment.households).toHaveLength(2)
    const reason = assessment.contributions.find(({ id }) => id === 'common_channels')
    expect(reason?.explanation).toContain('alike by 100 %')
    expect(reason?.points).toBeLessThan(0)
  })

  it('far apart are hardly suspect where six channels in ten are the same, and are where three are', () => {
    const far = { ...cable, place: 'bordeaux' } as const
    const confidence = (n: number): number => {
      const channels = [...FAVOURITES.slice(0, n), ...OTHERS.slice(n)]
      return assess([...onChannels(FAVOURITES, first), ...onChannels(channels, second(far))])
        .confidence
    }
    expect(confidence(6)).toBeLessThan(30)
    expect(confidence(3)).toBeGreaterThan(90)
  })

  it('are one house where IPv6 of one line is located elsewhere, and the rest of it is near', () => {
    const sixth = onEdge(
      daily(everyNth(60, 1), {
        ...fibre,
        place: 'bordeaux',
        network: '2001:db8:7:1::/64',
        at: 2 * HOUR,
      }),
      'TiviMate/5.2.0 (Linux; Android 9)',
    )
    const plays = [...onChannels(FAVOURITES, first), ...onChannels(FAVOURITES, sixth)]
    const assessment = assess([...plays, ...onChannels(FAVOURITES, second(cable))])
    expect(assessment.flagged).toBe(false)
  })
})

describe('a house at an edge whose set has IPv6 and whose phone has none', () => {
  const house = [
    ...onChannels(
      OTHERS,
      onEdge(
        daily(everyNth(60, 1), { ...fibre, place: 'villeurbanne', network: '2001:db8:7:1::/64' }),
        'TiviMate/5.2.0 (Linux; Android 9)',
      ),
    ),
    ...onChannels(
      FAVOURITES,
      onEdge(
        daily(everyNth(60, 6), { ...fibre, at: 4 * HOUR, minutes: 30 }),
        'AppleCoreMedia/1.0.0.24A352 (iPhone; U; CPU OS 27_0_1 like Mac OS X; fr_fr)',
      ),
    ),
  ]

  it('is one house', () => {
    expect(assess(house).households).toHaveLength(1)
  })

  it('is another than one near it whose channels only the phone watches too', () => {
    const assessment = assess([...house, ...onChannels(FAVOURITES, second(cable))])
    expect(assessment.households).toHaveLength(2)
    expect(assessment.flagged).toBe(true)
  })

  it('is the same as one near it that watches what both of its lines do', () => {
    const both = [...OTHERS, ...FAVOURITES.slice(0, 2)]
    expect(assess([...house, ...onChannels(both, second(cable))]).households).toHaveLength(1)
  })
})

describe('weeks in a hospital at an edge', () => {
  const agent = (version: string): string => `VLC/${version} LibVLC/${version}`
  const ward = {
    network: '203.0.113.7',
    place: 'bordeaux',
    with: { asn: 64510, asnOrg: 'City Hospital' },
    minutes: 100,
  } as const
  const before = onEdge(daily([2, 5, 9], { ...fibre, at: 5 * HOUR, minutes: 30 }), agent('3.0.22'))
  const stay = (days: readonly number[], name: string): PlayRecord[] =>
    [-2, 0, 8].flatMap((hour) => onEdge(daily(days, { ...ward, at: hour * HOUR }), name))

  it('accuse nobody, with a player that is updated there', () => {
    const plays = [...first, ...before, ...stay(everyNth(34, 1, 20), agent('3.0.23'))]
    expect(assess(plays).flagged).toBe(false)
  })

  it.each([
    ['do not end', everyNth(60, 1, 20), agent('3.0.23')],
    ['are of a player that is never seen at home', everyNth(34, 1, 20), 'Other/1.0'],
  ])('are a home where they %s', (_, days, name) => {
    expect(assess([...first, ...before, ...stay(days, name)]).flagged).toBe(true)
  })
})
