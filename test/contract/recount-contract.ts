import { expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { endOfPlay } from '../../control/store/history/counting/play-span.ts'
import { hasPlayed } from '../../control/store/history/counting/roll-ups.ts'
import type { Store } from '../../control/store/store.ts'
import { accountOf, accountsOf, ownerOf } from './nobody.ts'
import { samplePlay } from './sample-plays.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 2, 20)
const SPAN_DAYS = 16
const ZONES = [
  'UTC',
  'Europe/Lisbon',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Asia/Beirut',
  'Africa/Cairo',
] as const

/** The random numbers of a run, the same each time. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A few plays of all lengths: none, minutes, over midnight, for days, running, refused. */
const history = (random: () => number, name: string): PlayRecord[] =>
  Array.from({ length: 1 + Math.floor(random() * 7) }, (_, i) => {
    const startedAt = START + Math.floor(random() * SPAN_DAYS * DAY)
    const length = [0, 20 * 60_000, 5 * HOUR, 30 * HOUR, 80 * HOUR][Math.floor(random() * 5)] ?? 0
    const lastSeenAt = startedAt + Math.floor(random() * length)
    const isRunning = random() < 0.2
    const isQuiet = random() < 0.2
    return samplePlay({
      id: `${name} ${i}`,
      source: 'recount',
      account: accountOf(random, name),
      channel: random() < 0.1 ? null : `channel ${Math.floor(random() * 3)} ${name}`,
      title: null,
      platform: random() < 0.3 ? null : `platform ${Math.floor(random() * 3)} ${name}`,
      client: random() < 0.3 ? null : `player ${name}`,
      delivery: random() < 0.5 ? null : 'transcode',
      country: random() < 0.1 ? null : random() < 0.5 ? 'FR' : 'DE',
      city: null,
      latitude: random() < 0.1 ? null : 40 + Math.floor(random() * 3),
      longitude: 10,
      startedAt,
      lastSeenAt,
      endedAt: isRunning ? null : lastSeenAt + Math.floor(random() * 60_000),
      playedMs: random() < 0.3 ? null : Math.floor(random() * (lastSeenAt - startedAt)),
      bytes: isQuiet ? null : Math.floor(random() * 1e10),
      reason: random() < 0.1 ? 'session.unstarted' : 'session.closed',
    })
  })

const ran = (play: PlayRecord, from: number, to: number): boolean =>
  hasPlayed(play) && play.startedAt < to && (play.startedAt >= from || endOfPlay(play) > from)

/** What has been played of an amount at a moment, evenly from start to end. */
const soFar = (play: PlayRecord, amount: number, at: number): number => {
  const [start, end] = [play.startedAt, endOfPlay(play)]
  if (at >= end) return amount
  return at <= start ? 0 : Math.floor(amount * ((at - start) / (end - start)))
}

const part = (play: PlayRecord, amount: number, from: number, to: number): number => {
  if (endOfPlay(play) > play.startedAt) return soFar(play, amount, to) - soFar(play, amount, from)
  return play.startedAt >= from && play.startedAt < to ? amount : 0
}

/** A plain recount of a span, play by play. */
const recount = (plays: readonly PlayRecord[], from: number, to: number) => {
  const within = plays.filter((play) => ran(play, from, to))
  const sum = (amountOf: (play: PlayRecord) => number): number =>
    within.reduce((total, play) => total + part(play, amountOf(play), from, to), 0)
  return {
    plays: within.length,
    refusals: plays.filter((p) => !hasPlayed(p) && p.startedAt >= from && p.startedAt < to).length,
    playedMs: sum((p) => p.playedMs ?? endOfPlay(p) - p.startedAt),
    bytes: sum((p) => p.bytes ?? 0),
    viewers: accountsOf(within).size,
  }
}

/** The most plays at once, and when that was reached first, by a plain recount. */
export const peak = (plays: readonly PlayRecord[], from: number, to: number) => {
  const runs = plays
    .filter((p) => ran(p, from, to) && endOfPlay(p) > p.startedAt)
    .map((p) => ({ b: Math.max(p.startedAt, from), e: Math.min(endOfPlay(p), to) }))
  const at = (t: number): number => runs.filter((r) => r.b <= t && r.e > t).length
  return (
    runs
      .map(({ b }) => ({ streams: at(b), at: b }))
      .sort((x, y) => y.streams - x.streams || x.at - y.at)[0] ?? { streams: 0, at: null }
  )
}

const levels = (plays: readonly PlayRecord[], from: number, to: number, points: number) => {
  const runsOn = (p: PlayRecord) => p.endedAt === null && p.lastSeenAt >= to - HOUR / 12
  return Array.from({ length: points }, (_, n) => {
    const at = Math.round(from + (n * (to - from)) / (points - 1))
    const running = plays.filter(
      (p) => hasPlayed(p) && p.startedAt <= at && (runsOn(p) || endOfPlay(p) > at),
    )
    return { at, streams: running.length, accounts: accountsOf(running).size }
  })
}

// A quarter of an hour is the finest that any zone's clock is off the full hour.
const QUARTER = HOUR / 4

/** The quarters of an hour that begin something, from the one that holds the beginning of a span. */
const startsWithin = (from: number, to: number, begins: (at: number) => boolean): number[] => {
  const starts: number[] = []
  for (let at = Math.floor(from / QUARTER) * QUARTER - 25 * HOUR; at < to; at += QUARTER)
    if (begins(at)) starts.push(at)
  return starts.slice(
    Math.max(
      0,
      starts.findLastIndex((start) => start <= from),
    ),
  )
}

const midnights = (zone: string, from: number, to: number): number[] => {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone })
  return startsWithin(from, to, (at) => day.format(at) !== day.format(at - 1))
}

const fullHours = (zone: string, from: number, to: number): number[] => {
  const minute = new Intl.DateTimeFormat('en', { timeZone: zone, minute: 'numeric' })
  return startsWithin(from, to, (at) => minute.format(at) === '0')
}

const perDay = (plays: readonly PlayRecord[], zone: string, from: number, to: number) => {
  const starts = midnights(zone, from, to)
  return starts.flatMap((day, i) => {
    const totals = recount(plays, Math.max(from, day), Math.min(to, starts[i + 1] ?? to))
    return totals.plays > 0 || totals.refusals > 0 ? [{ day, ...totals }] : []
  })
}

const top = (
  plays: readonly PlayRecord[],
  keyOf: (p: PlayRecord) => string | null,
  from: number,
  to: number,
) => {
  const keys = new Set(plays.flatMap((p) => keyOf(p) ?? []))
  return [...keys]
    .map((key) => ({
      key,
      ...recount(
        plays.filter((p) => keyOf(p) === key),
        from,
        to,
      ),
    }))
    .map(({ key, plays: n, refusals, playedMs, bytes }) => ({
      key,
      plays: n,
      refusals,
      playedMs,
      bytes,
    }))
    .filter(({ plays: count, refusals }) => count > 0 || refusals > 0)
    .sort((a, b) => b.plays - a.plays || (a.key < b.key ? -1 : 1))
}

/** Places with plays on the UTC days of a span. */
const points = (plays: readonly PlayRecord[], span: { from: number; to: number }) => {
  const [from, to] = [Math.floor(span.from / DAY) * DAY, Math.ceil(span.to / DAY) * DAY]
  const placeOf = (p: PlayRecord) =>
    p.latitude === null ? null : `${p.latitude} ${p.longitude} ${p.country}`
  return top(plays, placeOf, from, to)
    .filter((place) => place.plays > 0)
    .map((place) => `${place.key}: ${place.plays}`)
    .sort()
}

const KINDS = [
  ['device', (p: PlayRecord) => p.platform ?? p.client],
  ['edge', (p: PlayRecord) => p.source],
  ['delivery', (p: PlayRecord) => p.delivery ?? null],
] as const

/** Some plays run on for a while. */
const grown = (play: PlayRecord, n: number): PlayRecord =>
  n % 40 === 0 ? { ...play, lastSeenAt: play.lastSeenAt + HOUR, endedAt: null } : play

/** These plays as the store has merged them; each is there. */
async function keptOf(store: Store, plays: readonly PlayRecord[]): Promise<PlayRecord[]> {
  const starts = plays.map(({ startedAt }) => startedAt)
  const ids = new Set(plays.map(({ id }) => id))
  const kept: PlayRecord[] = []
  const after = Math.max(...starts) + 1
  for await (const batch of store.history.playsBetween(Math.min(...starts), after))
    kept.push(...batch.filter(({ source, id }) => source === 'recount' && ids.has(id)))
  expect(kept).toHaveLength(plays.length)
  return kept
}

const perHour = (plays: readonly PlayRecord[], zone: string, from: number, to: number) => {
  const starts = fullHours(zone, from, to)
  return starts.flatMap((hour, i) => {
    const totals = recount(plays, Math.max(from, hour), Math.min(to, starts[i + 1] ?? to))
    return totals.plays > 0 || totals.refusals > 0 ? [{ hour, ...totals }] : []
  })
}

/** Every question about a span, compared with a plain recount over `count` random histories. */
export function describeRecount(store: () => Store, count: number): void {
  test(`days, viewers, top and peak agree with a plain recount of ${count} random histories`, async () => {
    const random = randomOf(7)
    // Histories apart in time share one store: what was counted before must not matter.
    const BATCH = 100
    for (let first = 0; first < count; first += BATCH) {
      const shift = (first / BATCH) * 2 * SPAN_DAYS * DAY
      const plays = Array.from({ length: BATCH }, (_, n) => history(random, `h${first + n}`))
        .flat()
        .map((p) => ({
          ...p,
          startedAt: p.startedAt + shift,
          lastSeenAt: p.lastSeenAt + shift,
          endedAt: p.endedAt === null ? null : p.endedAt + shift,
        }))
      // Written in two tellings, so that some plays grow.
      const early = plays.map((p) => ({
        ...p,
        lastSeenAt: p.startedAt,
        endedAt: null,
        playedMs: 0,
        bytes: 0,
      }))
      await store().history.upsertPlays(early)
      await store().history.upsertPlays(plays)
      // Some of it counted, some not, and some that changed after it was.
      if ((first / BATCH) % 2 === 1)
        while (await store().history.countPeaks(START + shift + random() * SPAN_DAYS * DAY))
          continue
      await store().history.upsertPlays(plays.map(grown))
      const known = await keptOf(store(), plays)
      for (let n = 0; n < 12; n += 1) {
        const from = START + shift + Math.floor((random() * SPAN_DAYS - 1) * DAY)
        const to = from + 1 + Math.floor(random() * (n % 3 === 0 ? 2 : SPAN_DAYS) * DAY)
        const span = { from, to }
        const zone = ZONES[Math.floor(random() * ZONES.length)] ?? 'UTC'
        const { dashboard } = store().history
        expect(await dashboard.perDay(span, zone)).toEqual(perDay(known, zone, from, to))
        const short = { from, to: Math.min(to, from + 2 * DAY) }
        expect(await dashboard.perHour(short, zone)).toEqual(
          perHour(known, zone, short.from, short.to),
        )
        expect(await dashboard.uniqueViewers(span)).toBe(recount(known, from, to).viewers)
        expect(await dashboard.peak(span)).toEqual(peak(known, from, to))
        expect(await dashboard.levels(span, 7)).toEqual(levels(known, from, to, 7))
        expect(await dashboard.topChannels(span, 1000)).toEqual(
          top(known, (p) => p.channel, from, to),
        )
        const accounts = top(known, ownerOf, from, to)
        for (const most of [1000, 3])
          expect(await dashboard.topAccounts(span, most)).toEqual(accounts.slice(0, most))
        expect(await dashboard.perCountry(span)).toEqual(top(known, (p) => p.country, from, to))
        for (const [by, kindOf] of KINDS)
          expect(await dashboard.topOf(by, span, 1000)).toEqual(top(known, kindOf, from, to))
        const map = await dashboard.mapPoints(span)
        expect(
          map.map((p) => `${p.latitude} ${p.longitude} ${p.country}: ${p.plays}`).sort(),
        ).toEqual(points(known, span))
      }
    }
  }, 600_000)

  test('a play of 60 hours is 24, 24 and 12 hours of three days, one viewer on each', async () => {
    const startedAt = Date.UTC(2028, 5, 1)
    const end = startedAt + 60 * HOUR
    await store().history.upsertPlays([
      samplePlay({ id: '60 h', startedAt, lastSeenAt: end, endedAt: end, playedMs: 60 * HOUR }),
    ])
    const span = { from: startedAt, to: startedAt + 5 * DAY }
    const days = await store().history.dashboard.perDay(span)
    expect(days.map((d) => [d.playedMs / HOUR, d.viewers, d.plays])).toEqual([
      [24, 1, 1],
      [24, 1, 1],
      [12, 1, 1],
    ])
    const last = { from: startedAt + 40 * HOUR, to: startedAt + 64 * HOUR }
    expect(await store().history.dashboard.topChannels(last)).toMatchObject([
      { plays: 1, playedMs: 20 * HOUR },
    ])
    const hours = await store().history.dashboard.perHour(span)
    expect(hours).toHaveLength(60)
    expect(new Set(hours.map((h) => h.playedMs))).toEqual(new Set([HOUR]))
  })
}
