import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { clockSlackMs, normalisePlays, SOURCE_SKEW_MS } from '../../../control/detect/normalise.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from './play-builder.ts'

const now = START + 60 * DAY

describe('normalisePlays', () => {
  it('puts plays in order of their start', () => {
    const late = play({ at: 2 * HOUR })
    const early = play({ at: HOUR })
    expect(normalisePlays([late, early], now)).toEqual([early, late])
  })

  it('keeps one of several reports of a play: the one that knows most', () => {
    const opened = play({ with: { id: 'x', endedAt: null, lastSeenAt: START } })
    const running = { ...opened, lastSeenAt: START + 30 * MINUTE }
    const ended = { ...opened, lastSeenAt: START + HOUR, endedAt: START + HOUR }
    expect(normalisePlays([ended, opened, running, ended], now)).toEqual([ended])
  })

  it('does not mistake plays of two sources with one id for each other', () => {
    const a = play({ with: { id: '1', source: 'plex:a' } })
    const b = play({ with: { id: '1', source: 'plex:b' } })
    expect(normalisePlays([a, b], now)).toHaveLength(2)
  })

  it('mends a stop before the start with the time played', () => {
    const broken = play({
      with: { endedAt: START - HOUR, lastSeenAt: START - HOUR, playedMs: 20 * MINUTE },
    })
    expect(normalisePlays([broken], now)[0]).toMatchObject({
      startedAt: START,
      lastSeenAt: START + 20 * MINUTE,
      endedAt: START + 20 * MINUTE,
    })
  })

  it('lets no play end after now, as no clock can be that far ahead', () => {
    const running = play({ at: 59 * DAY, minutes: 60 * 24 * 400 })
    const [mended] = normalisePlays([running], now)
    expect(mended?.endedAt).toBe(now + SOURCE_SKEW_MS)
    expect(mended?.lastSeenAt).toBe(now + SOURCE_SKEW_MS)
    const open = normalisePlays([{ ...running, endedAt: null }], now)
    expect(open[0]).toMatchObject({ endedAt: null, lastSeenAt: now + SOURCE_SKEW_MS })
  })

  it('leaves out plays that lie in the future', () => {
    expect(normalisePlays([play({ at: 61 * DAY })], now)).toEqual([])
  })

  it('gives the same plays whatever order they arrive in, told twice or not', () => {
    const plays = [
      ...daily(everyNth(20, 1), {}),
      ...daily(everyNth(20, 3), { place: 'bordeaux', network: '198.51.100.9' }),
    ]
    const expected = normalisePlays(plays, now)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...plays, ...plays], { minLength: plays.length * 2 }),
        (told) => {
          expect(normalisePlays(told, now)).toEqual(expected)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('an assessment', () => {
  const home = daily(everyNth(40, 1), { minutes: 90 })
  const other = daily(everyNth(40, 2), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 })

  it('survives a clock of our own that is years behind', () => {
    const late = assessAccount([...home, ...other], { now: START - 1000 * DAY })
    expect(late.flagged).toBe(true)
    expect(late.households).toHaveLength(2)
  })

  it('does not depend on the order of arrival', () => {
    const expected = assessAccount([...home, ...other], { now })
    expect(expected.findings.length).toBeGreaterThan(0)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...home, ...other], { minLength: home.length + other.length }),
        (plays) => {
          expect(assessAccount(plays, { now })).toEqual(expected)
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('clocks of two sources', () => {
  it('are not compared to the hour', () => {
    const a = play({ with: { source: 'plex:a' } })
    const b = play({ with: { source: 'edge:b' } })
    expect(clockSlackMs(a, b)).toBe(SOURCE_SKEW_MS)
    expect(clockSlackMs(a, a)).toBe(0)
  })

  it('make no overlap when one is an hour off', () => {
    const home = daily(everyNth(30, 1), { with: { source: 'plex:a' } })
    const sequel = daily(everyNth(30, 1), {
      at: 30 * MINUTE,
      place: 'bordeaux',
      network: '198.51.100.9',
      with: { source: 'edge:b' },
    })
    const kinds = assessAccount([...home, ...sequel], { now }).findings.map((f) => f.kind)
    expect(kinds).not.toContain('simultaneous_places')
    const oneClock = sequel.map((p) => ({ ...p, source: 'plex:a' }))
    const found = assessAccount([...home, ...oneClock], { now }).findings.map((f) => f.kind)
    expect(found).toContain('simultaneous_places')
  })
})
