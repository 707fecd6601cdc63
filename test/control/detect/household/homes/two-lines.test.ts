import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { assessAccount } from '../../../../../control/detect/judge/assess.ts'
import {
  DAY,
  daily,
  everyNth,
  HOUR,
  MINUTE,
  type PlayFields,
  play,
  START,
} from '../../play-builder.ts'

const now = START + 60 * DAY
const fibre = { with: { asn: 64500, asnOrg: 'Fibre' } }
const mobile = { network: '198.51.100.9', with: { asn: 64501, asnOrg: 'Mobile' } }
const isAccused = (plays: readonly PlayRecord[]): boolean => assessAccount(plays, { now }).flagged

/** A set on each line, on days of its own. */
const sets = (second: PlayFields): PlayRecord[] => [
  ...daily(everyNth(60, 1), { ...fibre, device: 'set', minutes: 90 }),
  ...daily(everyNth(60, 2), { ...second, device: 'second set', at: 30 * MINUTE, minutes: 90 }),
]

/** A phone that plays over the fibre and, `pause` later, over the second line, on some days. */
const phone = (days: readonly number[], second: PlayFields, pause: number): PlayRecord[] => [
  ...daily(days, { ...fibre, device: 'phone', player: 'phone', at: 3 * HOUR, minutes: 40 }),
  ...daily(days, {
    ...second,
    device: 'phone',
    player: 'phone',
    at: 3 * HOUR + 40 * MINUTE + pause,
    minutes: 20,
  }),
]

/** Episodes of four series, each evening's the one after the last, whichever set plays it. */
const inTurns = (plays: readonly PlayRecord[]): PlayRecord[] =>
  [...plays]
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((one, i) => ({ ...one, title: `Series ${Math.floor(i / 3) % 4} - Episode ${i}` }))

describe('two lines of two providers', () => {
  it('with a set on each are two homes where nothing goes between them', () => {
    expect(isAccused(sets(mobile))).toBe(true)
  })

  it.each([2, 4, 12])(
    'in one flat are one house: a phone changes between them on %i days',
    (count) => {
      const days = everyNth(count, 1).map((n) => 3 * n + 1)
      const plays = [...sets(mobile), ...phone(days, mobile, 10 * MINUTE)]
      expect(assessAccount(plays, { now })).toMatchObject({
        flagged: false,
        households: [{ isMain: true }],
      })
    },
  )

  it('are two homes where the phone changed once', () => {
    expect(isAccused([...sets(mobile), ...phone([10], mobile, 10 * MINUTE)])).toBe(true)
  })

  it('are two homes where the phone takes hours between them', () => {
    const plays = [...sets(mobile), ...phone([10, 20], mobile, 3 * HOUR)]
    expect(isAccused(plays)).toBe(true)
  })

  it('far apart are two homes, however fast a phone changes', () => {
    const far = { ...mobile, place: 'bordeaux' } as const
    expect(isAccused([...sets(far), ...phone([1, 10, 20], far, 10 * MINUTE)])).toBe(true)
  })

  it('are two homes where phones of one name play over both at once', () => {
    const plays = [...sets(mobile), ...phone([1, 10, 20], mobile, 10 * MINUTE)]
    const both = phone([30], mobile, -20 * MINUTE)
    expect(isAccused([...plays, ...both])).toBe(true)
  })

  it('are two homes where each follows series of its own, whoever visits', () => {
    const own = sets(mobile).map((one, i) => ({
      ...one,
      title: `${one.device} ${i % 4} - Episode ${i}`,
    }))
    expect(isAccused([...own, ...phone([1, 10], mobile, 10 * MINUTE)])).toBe(true)
  })

  it('are one house where either set goes on with what the other showed', () => {
    expect(assessAccount(inTurns(sets(mobile)), { now })).toMatchObject({
      flagged: false,
      households: [{ isMain: true }],
    })
  })

  /** The same, but of so many in ten evenings of the second set with series that the first never shows. */
  const apart = (tenths: number): PlayRecord[] => {
    let evening = 0
    return inTurns(sets(mobile)).map((one) => {
      if (one.device !== 'second set' || evening++ % 10 >= tenths) return one
      return { ...one, title: `Its own ${evening % 2} - Episode ${evening}` }
    })
  }

  it('are one house where a third of what one shows is its own, as the children may have', () => {
    expect(assessAccount(apart(3), { now })).toMatchObject({
      flagged: false,
      households: [{ isMain: true }],
    })
  })

  it('are two homes where half is', () => {
    expect(assessAccount(apart(5), { now }).households).toHaveLength(2)
  })

  it('and another household elsewhere is still seen', () => {
    const friend = daily(everyNth(60, 2), {
      place: 'bordeaux',
      network: '203.0.113.5',
      device: 'set of a friend',
      minutes: 90,
    })
    const flat = [...sets(mobile), ...phone([1, 10, 20], mobile, 10 * MINUTE)]
    expect(isAccused([...flat, ...friend])).toBe(true)
  })
})

describe('weeks in a hospital, with a tablet that is hardly used at home', () => {
  const home = daily(everyNth(60, 1), { ...fibre, device: 'set', minutes: 90 })
  const ward = { network: '203.0.113.7', with: { asn: 64510, asnOrg: 'City Hospital' } }
  const tablet = { device: 'tablet', player: 'phone' } as const
  const before = play({ ...fibre, ...tablet, at: 2 * DAY + 5 * HOUR })
  const stay = (days: readonly number[], fields: PlayFields = tablet): PlayRecord[] =>
    [-2, 0, 8].flatMap((hour) => daily(days, { ...ward, ...fields, at: hour * HOUR, minutes: 100 }))

  it.each([10, 20, 35])('accuse nobody, from day %i on', (first) => {
    expect(isAccused([...home, before, ...stay(everyNth(first + 14, 1, first))])).toBe(false)
  })

  it('are a home where they do not end', () => {
    expect(isAccused([...home, before, ...stay(everyNth(60, 1, 20))])).toBe(true)
  })

  it('are somebody else where the device never played at home', () => {
    expect(isAccused([...home, ...stay(everyNth(34, 1, 20))])).toBe(true)
  })

  it('are a home with a set of its own', () => {
    const set = { device: 'set of the ward' }
    expect(isAccused([...home, before, ...stay(everyNth(34, 1, 20), set)])).toBe(true)
  })
})
