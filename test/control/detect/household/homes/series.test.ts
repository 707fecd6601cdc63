import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { enrichPlays } from '../../../../../control/detect/enriched-play.ts'
import { compareSeries, seriesOf } from '../../../../../control/detect/household/homes/series.ts'
import { assessAccount } from '../../../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, play, START } from '../../play-builder.ts'

const titled = (plays: readonly PlayRecord[], series: readonly string[]): PlayRecord[] =>
  plays.map((one, i) => ({
    ...one,
    title: `${series[i % series.length]} - Episode ${i}`,
    isLive: false,
    channel: null,
  }))

describe('the series of a play', () => {
  it('is what stands before the episode', () => {
    expect(seriesOf(play({ with: { title: 'Pale Orchard - Pilot', isLive: false } }))).toBe(
      'Pale Orchard',
    )
  })

  it.each([null, 'A Film', ' - Pilot'])('is none of %s', (title) => {
    expect(seriesOf(play({ with: { title, isLive: false } }))).toBeNull()
  })

  it('is none of a live channel', () => {
    expect(seriesOf(play({ with: { title: 'News - Evening', isLive: true } }))).toBeNull()
  })
})

describe('two homes', () => {
  const main = daily([0, 2, 4, 6], {})
  const away = daily([1, 3, 5, 7], { device: 'phone', network: '198.51.100.9' })
  const compared = (a: readonly PlayRecord[], b: readonly PlayRecord[]) =>
    compareSeries(enrichPlays(a), enrichPlays(b))

  it('that take turns at one series are moved between', () => {
    const evidence = compared(titled(main, ['A', 'B']), titled(away, ['A', 'B']))
    expect(evidence).toMatchObject({ isComparable: true, sharedShare: 1, continuedDays: 6 })
  })

  it('that follow each their own are compared and share nothing', () => {
    const evidence = compared(titled(main, ['A', 'B']), titled(away, ['C']))
    expect(evidence).toEqual({
      isComparable: true,
      sharedShare: 0,
      followed: 1,
      continuedDays: 0,
    })
  })

  it('are not compared by one series alone, nor by a single episode', () => {
    expect(compared(titled(main, ['A']), titled(away, ['A'])).isComparable).toBe(false)
    expect(compared(titled(main, ['A', 'B']), titled(away.slice(0, 1), ['A'])).isComparable).toBe(
      false,
    )
  })
})

describe('an account', () => {
  const now = START + 60 * DAY
  const home = daily(everyNth(60, 1), { device: 'set', minutes: 90 })
  const elsewhere = {
    device: 'laptop',
    place: 'bordeaux',
    network: '198.51.100.9',
    at: 2 * HOUR,
    minutes: 90,
    with: { platform: 'Windows', client: 'Plex for Windows' },
  } as const
  const laptop = daily(everyNth(60, 2), elsewhere)
  const confidence = (series: readonly string[]) =>
    assessAccount([...titled(home, ['A', 'B', 'C']), ...titled(laptop, series)], { now })

  it('is not accused of a laptop elsewhere that goes on with its series, and says so', () => {
    const { flagged, contributions } = confidence(['A', 'B', 'C'])
    expect(flagged).toBe(false)
    const said = contributions.find(({ id }) => id === 'continued')
    expect(said?.points).toBeLessThan(0)
    expect(said?.explanation).toContain('one home went on with a series of the other on')
  })

  it('is surer shared where the laptop follows series of its own', () => {
    const own = confidence(['X', 'Y', 'Z'])
    expect(own.confidence).toBeGreaterThan(confidence(['A', 'B', 'C']).confidence + 20)
    expect(own.contributions.find(({ id }) => id === 'own_series')?.explanation).toContain(
      '3 series were followed there, and 100 % of the episodes',
    )
  })
})
