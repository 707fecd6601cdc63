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
    const map = await dashboard().mapPlays(SPAN, 3)
    expect(map).toMatchObject({ isWhole: false, accounts: { length: 1 }, places: { length: 1 } })
    const [place = -1, account = -1, , , live, begin = 0, end = 0] = map.plays[0] ?? []
    expect(map.places[place]).toMatchObject({ latitude: 45.8, longitude: 4.8, city: 'Lyon' })
    expect(map.accounts[account]?.account).toBe('own:ann')
    expect([live, begin, end > 0]).toEqual([1, (NOON + DAY) / 1000, true])
    expect(await dashboard().mapPlays(SPAN, 4)).toMatchObject({
      isWhole: true,
      plays: { length: 4 },
    })
  })

  test('titles, kinds of devices and sources are counted, and accounts have their newest names', async () => {
    const span = { from: NOON - 40 * DAY, to: NOON - 39 * DAY }
    const ended = (at: number) => ({ startedAt: at - TEN, lastSeenAt: at, endedAt: at })
    const at = { ...ended(span.from + 2 * TEN), account: 'own:tess' }
    const film = { ...at, source: 'plex:den', isLive: false, title: 'A Film', platform: null }
    const late = ended(span.from + 3 * TEN)
    await history().upsertPlays([
      samplePlay({ ...at, id: 't1', accountName: 'Tess', title: 'A programme' }),
      samplePlay({ ...film, id: 't2', accountName: 'Tessa', ...late }),
      samplePlay({ ...film, id: 't3', accountName: null, ...late, delivery: 'transcode' }),
      samplePlay({ ...film, id: 't4', account: 'own:uma', accountName: null, client: null }),
    ])
    const top = async (by: 'device' | 'edge' | 'delivery') =>
      (await dashboard().topOf(by, span)).map(({ key, plays }) => [key, plays])
    expect(await dashboard().topTitles(span)).toMatchObject([{ key: 'A Film', plays: 3 }])
    expect(await top('device')).toEqual([
      ['Player 3', 2],
      ['Television', 1],
    ])
    expect(await top('edge')).toEqual([
      ['plex:den', 3],
      ['edge:one', 1],
    ])
    expect(await top('delivery')).toEqual([
      ['direct stream', 3],
      ['transcode', 1],
    ])
    expect(await dashboard().topOf('edge', span, 1)).toHaveLength(1)
    const names = await dashboard().names(['own:tess', 'own:uma', 'own:nobody'], span)
    expect([...names]).toEqual([['own:tess', 'Tessa']])
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
    // An earlier start, told late, counts on the day before, too; the channel was corrected.
    await history().upsertPlays([
      { ...growing, startedAt: NOON - DAY, channel: 'b', lastSeenAt: NOON + 3 * TEN },
    ])
    const days = await dashboard().perDay(SPAN)
    expect(days.map(({ plays, viewers }) => [plays, viewers])).toEqual([
      [1, 1],
      [4, 3],
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

  test('viewers of a span are those who watched within it, wherever it begins and ends', async () => {
    const watched = [20, 24, 70, 71, 130]
    const at = (day: number) => NOON + day * DAY
    const plays = watched.flatMap((day) =>
      ['own:fay', 'own:gus'].map((account, index) =>
        samplePlay({ id: `${account} ${day}`, account, startedAt: at(day + index), playedMs: 1 }),
      ),
    )
    await history().upsertPlays(plays)
    const days = (account: number) => watched.map((day) => day + account)
    const count = (from: number, to: number) =>
      [days(0), days(1)].filter((own) => own.some((day) => day >= from && day < to)).length
    const midnights = (from: number, to: number) => ({
      from: at(from) - DAY / 2,
      to: at(to) - DAY / 2,
    })
    const spans = [15, 20, 21, 22, 25, 26, 60, 71, 72, 73, 129, 131, 132]
    for (const from of spans) {
      for (const to of spans.filter((end) => end > from)) {
        const viewers = await dashboard().uniqueViewers(midnights(from, to))
        expect([from, to, viewers]).toEqual([from, to, count(from, to)])
      }
    }
  })

  test('a viewer whose only play of a day moved is no viewer of that day', async () => {
    const moving = samplePlay({ id: 'moving', account: 'own:hal', startedAt: NOON + 205 * DAY })
    const other = samplePlay({ id: 'other', account: 'own:hal', startedAt: NOON + 160 * DAY })
    await history().upsertPlays([moving, other])
    await history().upsertPlays([{ ...moving, startedAt: NOON + 200 * DAY }])
    const viewers = (from: number, to: number) =>
      dashboard().uniqueViewers({ from: NOON + from * DAY, to: NOON + to * DAY })
    expect(await viewers(201, 290)).toBe(0)
    expect(await viewers(190, 201)).toBe(1)
    expect(await viewers(161, 190)).toBe(0)
    expect(await viewers(150, 200)).toBe(1)
  })

  test("a user's recent plays are the newest of the span, however many days they are spread over", async () => {
    const plays = [1, 2, 2, 2, 5, 9].map((day, n) =>
      samplePlay({ id: `ivy ${n}`, account: 'own:ivy', startedAt: NOON + (300 + day) * DAY + n }),
    )
    await history().upsertPlays(plays)
    const span = { from: NOON + 300 * DAY, to: NOON + 305 * DAY + 1000 }
    for (const limit of [1, 2, 4, 50]) {
      const { recent } = await dashboard().user('own:ivy', span, limit)
      const newest = plays.slice(0, 5).toReversed().slice(0, limit)
      expect(recent.map(({ id }) => id)).toEqual(newest.map(({ id }) => id))
    }
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
