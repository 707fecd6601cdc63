import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import type { Assessment, FindingKind } from '../../../control/detect/types.ts'
import {
  DAY,
  everyNth,
  HOUR,
  MINUTE,
  PLACES,
  type PlayFields,
  play,
  START,
} from './play-builder.ts'

/** A play as an edge tells it. */
const onEdge = (fields: PlayFields): PlayRecord => ({ ...play(fields), source: 'edge:one' })

const BEGUN = 20 * DAY

/** A household that watches every evening, known for so many days, each day with a copy of its own. */
const household = everyNth(40, 1).map((day) =>
  onEdge({
    at: day * DAY,
    minutes: 90,
    device: null,
    with: { agent: 'TiviMate/5.1', client: 'TiviMate', asn: 64500, download: `own ${day}` },
  }),
)

/** What is known of plays at a time: what has begun, and of what still runs its part so far. */
const knownAt = (plays: readonly PlayRecord[], at: number): PlayRecord[] =>
  plays
    .filter(({ startedAt }) => startedAt <= at)
    .map((one) =>
      one.endedAt === null || one.endedAt <= at
        ? one
        : { ...one, endedAt: null, lastSeenAt: at, playedMs: at - one.startedAt },
    )

/** The first assessment, hour by hour, that holds; with the days since strangers came. */
const firstThat = (
  plays: readonly PlayRecord[],
  holds: (assessment: Assessment) => boolean,
): { readonly days: number; readonly assessment: Assessment } | null => {
  for (let hour = 1; hour <= 24 * 5; hour += 1) {
    const now = START + BEGUN + hour * HOUR
    const assessment = assessAccount(knownAt(plays, now), { now })
    if (holds(assessment)) return { days: hour / 24, assessment }
  }
  return null
}

const has =
  (kind: FindingKind) =>
  ({ findings }: Assessment): boolean =>
    findings.some((one) => one.kind === kind)

const CITIES = [PLACES.turin, PLACES.sydney, PLACES.boston, PLACES.detroit, PLACES.bordeaux]

/** A stranger's evening with a copy. */
const stranger = (n: number, more: Partial<PlayRecord> = {}, at = n * 4 * HOUR): PlayRecord =>
  onEdge({
    at: BEGUN + at,
    minutes: 100,
    device: null,
    network: `203.0.${n}.7`,
    with: {
      ...CITIES[n % CITIES.length],
      asn: 64510 + n,
      agent: `Player/${n}`,
      client: `player ${n}`,
      download: 'leaked',
      ...more,
    },
  })

describe('a copy of a playlist that strangers use', () => {
  it.each([
    ['with players of their own', (n: number) => stranger(n)],
    ['with one app, all at once', (n: number) => stranger(n, { agent: 'VLC/3' }, n * 20 * MINUTE)],
    [
      'with the app of the household, at once',
      (n: number) => stranger(n, { agent: 'TiviMate/5.1', client: 'TiviMate' }, n * 20 * MINUTE),
    ],
    [
      'with the app of the household, in turn, where nobody travels so fast',
      (n: number) => stranger(n, { agent: 'TiviMate/5.1', client: 'TiviMate' }, n * 2 * HOUR),
    ],
  ])('%s, is found within a day and named', (_, use) => {
    const uses = [1, 2, 3, 4].map(use)
    const found = firstThat([...household, ...uses], has('leaked_copy'))
    expect(found?.days).toBeLessThanOrEqual(1)
    const finding = found?.assessment.findings.find(({ kind }) => kind === 'leaked_copy')
    expect(finding?.evidence).toMatchObject({ download: 'leaked', count: 3 })
    expect(finding?.summary).toMatch(
      /^Playlist copy leaked was used by 3 players on 3 networks new to the account .* from 2026-03-22 \d\d:\d\d UTC within .*\. Cleared by/,
    )
    expect(found?.assessment.flagged).toBe(true)
  })

  it('is not one that the household carries with it, one app on many networks in turn', () => {
    const nearby = [PLACES.turin, PLACES.villeurbanne, PLACES.bordeaux, PLACES.turin]
    const uses = [1, 2, 3, 4].map((n) => stranger(n, { agent: 'TiviMate/5.1', ...nearby[n % 4] }))
    expect(firstThat([...household, ...uses], has('leaked_copy'))).toBeNull()
  })

  it.each([
    [4, false],
    [5, true],
  ])('%i at once on phones of one carrier: named %s', (count, isNamed) => {
    const carrier = { ...PLACES.bordeaux, asn: 64530, asnOrg: 'Mobile Carrier', agent: 'VLC/3' }
    const uses = everyNth(count, 1).map((n) => stranger(n, carrier, 12 * HOUR + n * 10 * MINUTE))
    const found = firstThat([...household, ...uses], has('leaked_copy'))
    expect(found !== null).toBe(isNamed)
  })
})

/** One channel after another for so many days, each for some hours. */
const roundTheClock = (days: number, fields: PlayFields): PlayRecord[] =>
  everyNth(days * 8, 1).map((turn) =>
    onEdge({ ...fields, at: BEGUN + (fields.at ?? 0) + turn * 3 * HOUR, minutes: 179 }),
  )

describe('within three days', () => {
  const centre = {
    device: null,
    network: '198.51.100.9',
    with: {
      ...PLACES.turin,
      asn: 64520,
      asnOrg: 'Hetzner Online GmbH',
      agent: 'Lavf/60',
      client: 'ffmpeg',
    },
  }

  it.each([0, 5, 11, 17])(
    'a restreamer that begins %i hours later in the day is found',
    (hours) => {
      const plays = roundTheClock(5, { ...centre, at: hours * HOUR })
      const found = firstThat([...household, ...plays], has('restreaming'))
      expect(found?.days).toBeLessThanOrEqual(3 + hours / 24)
      expect(found?.assessment.flagged).toBe(true)
    },
  )

  it('one with three channels at once from a line at home is found', () => {
    const plays = everyNth(3, 1).flatMap((n) =>
      roundTheClock(5, { device: `box ${n}`, network: '198.51.100.9', place: 'turin' }),
    )
    expect(firstThat([...household, ...plays], has('restreaming'))?.days).toBeLessThanOrEqual(3)
  })

  it('an account sold to one buyer after the other, a day each, is found', () => {
    const sold = [PLACES.turin, PLACES.sydney, PLACES.boston, { ...PLACES.lyon, country: 'BE' }]
    const buyers = sold.flatMap((place, day) =>
      [0, 4, 8].map((hour) =>
        stranger(day + 1, { ...place, download: null }, day * DAY + hour * HOUR),
      ),
    )
    const found = firstThat([...household, ...buyers], ({ flagged }) => flagged)
    expect(found?.days).toBeLessThanOrEqual(3)
  })

  it('a resold account is found', () => {
    const buyers = [1, 2, 3, 4, 5, 6].flatMap((n) =>
      everyNth(5, 1).map((day) =>
        stranger(n, { download: `copy of ${n}, ${day}` }, day * DAY + n * HOUR),
      ),
    )
    const found = firstThat([...household, ...buyers], ({ flagged }) => flagged)
    expect(found?.days).toBeLessThanOrEqual(3)
    expect(found?.assessment.findings.map(({ kind }) => kind)).toContain('leaked_copy')
  })
})
