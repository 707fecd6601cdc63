import { expect, test } from 'vitest'
import type { Store } from '../../control/store/store.ts'
import { DAY, MINUTE, NOON, samplePlay } from './sample-plays.ts'

const SPAN = { from: NOON - DAY, to: NOON + 10 * DAY }
const TEN = 10 * MINUTE

export function describeRollUps(store: () => Store): void {
  const history = () => store().history
  const dashboard = () => store().history.dashboard

  test('plays count once in every roll-up, however often they are told', async () => {
    const records = [
      samplePlay({ id: '1' }),
      samplePlay({ id: '2', channel: 'film' }),
      samplePlay({
        id: '3',
        account: 'own:bob',
        country: 'DE',
        city: 'Köln',
        latitude: 50.94,
        longitude: 6.96,
      }),
      samplePlay({ id: '4', startedAt: NOON + DAY, lastSeenAt: NOON + DAY + TEN, playedMs: null }),
    ]
    for (let round = 0; round < 3; round += 1) await history().upsertPlays(records)
    const one = { plays: 1, refusals: 0, playedMs: TEN, bytes: 1_000_000 }
    expect(await dashboard().perDay(SPAN)).toEqual([
      {
        day: NOON - DAY / 2,
        viewers: 2,
        plays: 3,
        refusals: 0,
        playedMs: 3 * TEN,
        bytes: 3_000_000,
      },
      { day: NOON + DAY / 2, viewers: 1, ...one },
    ])
    const channels = await dashboard().topChannels(SPAN)
    expect(channels.map(({ key, plays }) => [key, plays])).toEqual([
      ['news', 3],
      ['film', 1],
    ])
    const countries = await dashboard().perCountry(SPAN)
    expect(countries.map(({ key, plays }) => [key, plays])).toEqual([
      ['FR', 3],
      ['DE', 1],
    ])
    expect(await dashboard().topAccounts(SPAN, 1)).toMatchObject([{ key: 'own:ann', plays: 3 }])
    expect(await dashboard().uniqueViewers(SPAN)).toBe(2)
    expect(await dashboard().mapPoints(SPAN)).toEqual([
      { latitude: 45.8, longitude: 4.8, country: 'FR', city: 'Lyon', plays: 3 },
      { latitude: 50.9, longitude: 7, country: 'DE', city: 'Köln', plays: 1 },
    ])
  })

  test('a play that grows adds only its growth, one that moves leaves nothing behind', async () => {
    const before = await dashboard().perDay(SPAN)
    const growing = samplePlay({
      id: 'g',
      account: 'own:cat',
      channel: 'a',
      endedAt: null,
      bytes: 1,
      playedMs: 1,
    })
    await history().upsertPlays([growing])
    await history().upsertPlays([{ ...growing, bytes: 5, playedMs: 7, lastSeenAt: NOON + 2 * TEN }])
    expect(await dashboard().perDay(SPAN)).toMatchObject([
      { plays: (before[0]?.plays ?? 0) + 1, bytes: (before[0]?.bytes ?? 0) + 5, viewers: 3 },
      { plays: 1 },
    ])
    // An earlier start, told late, moves it to the day before; the channel was corrected too.
    await history().upsertPlays([
      { ...growing, startedAt: NOON - DAY, channel: 'b', lastSeenAt: NOON + 3 * TEN },
    ])
    const days = await dashboard().perDay(SPAN)
    expect(days.map(({ plays, viewers }) => [plays, viewers])).toEqual([
      [1, 1],
      [3, 2],
      [1, 1],
    ])
    const channels = await dashboard().topChannels(SPAN)
    expect(channels.filter(({ plays }) => plays > 0).map(({ key }) => key)).toEqual([
      'news',
      'b',
      'film',
    ])
  })

  test('an opening that never played is a refusal, and its holder no viewer', async () => {
    const day = { from: NOON + 5 * DAY, to: NOON + 6 * DAY }
    const refused = samplePlay({
      id: 'refused',
      account: 'own:dan',
      startedAt: day.from,
      lastSeenAt: day.from,
      endedAt: day.from,
      playedMs: null,
      bytes: null,
      reason: 'cap.streams',
    })
    await history().upsertPlays([refused])
    expect(await dashboard().perDay(day)).toMatchObject([
      { plays: 0, refusals: 1, viewers: 0, playedMs: 0 },
    ])
    expect(await dashboard().uniqueViewers(day)).toBe(0)
  })

  test('now shows what plays; a user shows days and recent plays', async () => {
    const running = samplePlay({
      id: 'now',
      endedAt: null,
      lastSeenAt: NOON + TEN,
      account: 'own:eve',
    })
    const silent = samplePlay({ id: 'silent', endedAt: null, lastSeenAt: NOON, account: 'own:eve' })
    await history().upsertPlays([running, silent])
    const live = (await dashboard().now(NOON + TEN)).filter(({ account }) => account === 'own:eve')
    expect(live).toEqual([running])
    const user = await dashboard().user('own:eve', SPAN)
    expect(user.days).toMatchObject([{ plays: 2 }])
    expect(user.recent.map(({ id }) => id).sort()).toEqual(['now', 'silent'])
  })

  test('pruning forgets plays, keeps roll-ups, and late news of the forgotten counts no more', async () => {
    const before = await dashboard().perDay(SPAN)
    expect(await history().prune(NOON + DAY)).toBeGreaterThan(3)
    expect(await history().play('edge:one', '1')).toBeNull()
    expect(await history().play('edge:one', '4')).not.toBeNull()
    expect(await history().upsertPlays([samplePlay({ id: '1' })])).toMatchObject({ expired: 1 })
    expect(await dashboard().perDay(SPAN)).toEqual(before)
    expect(await history().prune(0)).toBe(0)
    expect(await history().upsertPlays([samplePlay({ id: '2' })])).toMatchObject({ expired: 1 })
  })
}
