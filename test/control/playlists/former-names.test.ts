import { expect, it } from 'vitest'
import { buildCatalogue } from '../../../control/playlists/catalogue/catalogue.ts'
import type { Channel } from '../../../control/playlists/catalogue/channel.ts'
import { FormerNames } from '../../../control/playlists/former/former-names.ts'
import { createOwnRecords, type NameRecords } from '../../../control/playlists/former/records.ts'
import { compileSelection, type Selection } from '../../../control/playlists/lists/selection.ts'
import { createRandom } from '../../../scripts/fuzz/random.ts'
import { entry, playlistOf, select } from './channels.ts'

const AD = 'http://o/ad/index.m3u8'
const NEWS = 'http://o/news/index.m3u8'
const adult = entry('One', AD, 'tvg-id="adult1" group-title="Mix"')
const news = entry('News', NEWS, 'tvg-id="news" group-title="Mix"')

/** Lists one after another in front of one group; after each, the addresses that are open to it. */
const world = (given: Partial<Selection>, records: NameRecords = createOwnRecords()) => {
  const takes = compileSelection(select(given))
  const memory = new FormerNames(records, () => 1)
  let channels: Channel[] = []
  const load = async (sources: Readonly<Record<string, string>>) => {
    const { channels: listed } = await buildCatalogue(
      Object.entries(sources).map(([source, text]) => ({
        source,
        playlist: playlistOf(`#EXTM3U\n${text}`),
      })),
    )
    channels = await memory.settle(listed, { selections: [takes], rulesOf: () => '' })
    return open()
  }
  const open = () => channels.filter(takes).map(({ item }) => item.url)
  const forget = (url: string) => {
    const channel = channels.find(({ item }) => item.url === url)
    return channel !== undefined && memory.forget(channel)
  }
  return {
    load: async (...entries: string[]) => await load({ main: entries.join('') }),
    loadAll: load,
    forget,
  }
}

const GROUPS: [string, Partial<Selection>][] = [
  ['that leaves it out', { exclude: ['adult1'] }],
  ['of titles that leaves it out', { titles: ['Mix'], exclude: ['adult1'] }],
  ['of ids', { ids: ['news', 'sport', 'one', 'bonus'] }],
  ['of a negation', { patterns: ['^(?!adult)'] }],
  ['of names', { names: ['News', 'Bonus'] }],
]
const mix = 'group-title="Mix"'
const CHANGES: [string, string[]][] = [
  ['loses its id', [entry('One', AD, mix), news]],
  ['gets an id that is allowed', [entry('One', AD, `tvg-id="sport" ${mix}`), news]],
  ['gets that of another', [entry('One', AD, `tvg-id="news" ${mix}`), news]],
  ['gets another name and id', [entry('Bonus', AD, `tvg-id="bonus" ${mix}`), news]],
  ['stands elsewhere in the list', [news, entry('Bonus', AD, mix)]],
  ['gets an allowed double', [adult, entry('Bonus', AD, `tvg-id="bonus" ${mix}`), news]],
]

it.each(
  GROUPS.flatMap(([group, given]) =>
    CHANGES.map(([change, list]) => ({ group, given, change, list })),
  ),
)('stays closed to a group $group where it $change', async ({ given, list }) => {
  const { load, forget } = world(given)
  expect(await load(adult, news)).toEqual([NEWS])
  expect(await load(...list)).toEqual([NEWS])
  expect(await load(...list)).toEqual([NEWS])
  expect(forget(NEWS)).toBe(false)
})

it('is closed as long as the rule is there, and until it is forgotten', async () => {
  const { load, forget } = world({ exclude: ['adult1'] })
  await load(adult, news)
  const renamed = entry('Bonus', AD, mix)
  expect(await load(renamed, news)).toEqual([NEWS])
  expect(forget(AD)).toBe(true)
  expect(await load(renamed, news)).toEqual([AD, NEWS])
  expect(forget(AD)).toBe(false)
})

it('holds for two that change their ids with each other, which then are both closed', async () => {
  const { load } = world({ ids: ['news'] })
  expect(await load(adult, news)).toEqual([NEWS])
  const swapped = [entry('One', AD, 'tvg-id="news"'), entry('News', NEWS, 'tvg-id="adult1"')]
  expect(await load(...swapped)).toEqual([])
  expect(await load(adult, news)).toEqual([NEWS])
})

it('opens again what was open by the same names, however often a list loses them', async () => {
  const { load } = world({ ids: ['news'] })
  for (const _ of [1, 2, 3]) {
    expect(await load(adult, news)).toEqual([NEWS])
    expect(await load(adult, entry('Other', NEWS, mix))).toEqual([])
  }
})

it('leaves a new address as it is written', async () => {
  const { load } = world({ exclude: ['adult1'] })
  await load(adult, news)
  const moved = 'http://o/other/index.m3u8'
  expect(await load(entry('One', moved, 'tvg-id="sport"'), news)).toEqual([moved, NEWS])
})

it('knows an address by which only the login is another, and one that was gone for a while', async () => {
  const { load } = world({ exclude: ['adult1'] })
  const at = (login: string, number: number) => `http://o/live/${login}/${number}.ts`
  const list = (login: string, names: string) => [
    entry('One', at(login, 7), names),
    entry('News', at(login, 8), 'tvg-id="news"'),
  ]
  expect(await load(...list('user/pw12345', 'tvg-id="adult1"'))).toEqual([at('user/pw12345', 8)])
  expect(await load(...list('user/pw99999', 'tvg-id="sport"'))).toEqual([at('user/pw99999', 8)])
  expect(await load(...list('user/pw77777', ''))).toEqual([at('user/pw77777', 8)])
  expect(await load(news)).toEqual([NEWS])
  expect(await load(...list('user/pw77777', 'tvg-id="bonus"'))).toEqual([at('user/pw77777', 8)])
})

it('knows an entry that moves to another source, at once or later', async () => {
  const { loadAll } = world({ exclude: ['adult1'] })
  expect(await loadAll({ a: adult, b: news })).toEqual([NEWS])
  expect(await loadAll({ b: news + entry('Bonus', AD) })).toEqual([NEWS])
  expect(await loadAll({ b: news })).toEqual([NEWS])
  expect(await loadAll({ b: news, a: entry('Extra', AD, 'tvg-id="sport"') })).toEqual([NEWS])
})

it('outlives the process and reaches others, with another login in the address, too', async () => {
  const records = createOwnRecords()
  const url = (token: string) => `http://o/play.php?id=7&token=${token}`
  const first = world({ exclude: ['adult1'] }, records)
  await first.load(entry('One', url('aaaaaaaa1'), 'tvg-id="adult1"'), news)
  await first.load(entry('One', url('aaaaaaaa1'), 'tvg-id="sport"'), news)
  const next = () => world({ exclude: ['adult1'] }, records)
  expect(await next().load(entry('One', url('aaaaaaaa1'), 'tvg-id="sport"'), news)).toEqual([NEWS])
  expect(await next().load(entry('One', url('bbbbbbbb2'), 'tvg-id="sport"'), news)).toEqual([NEWS])
  const late = next()
  expect(await late.load(news)).toEqual([NEWS])
  expect(await late.load(news, entry('Any', url('cccccccc3')))).toEqual([NEWS])
})

it('knows one that was in no list when the process ended, with another login, too', async () => {
  const records = createOwnRecords()
  const url = (token: string) => `http://o/play.php?id=7&token=${token}`
  const closed = entry('One', url('aaaaaaaa1'), 'tvg-id="adult1"')
  const first = world({ exclude: ['adult1'] }, records)
  await first.load(closed, news)
  expect(await first.load(news)).toEqual([NEWS])
  expect([...records.all()]).toMatchObject([{ isGone: true }])
  const next = world({ exclude: ['adult1'] }, records)
  await next.load(news)
  expect(await next.load(closed, news)).toEqual([NEWS])
  expect(await next.load(news)).toEqual([NEWS])
  expect([...records.all()]).toMatchObject([{ called: [[{ id: 'adult1' }]] }])
  for (const token of ['aaaaaaaa1', 'bbbbbbbb2']) {
    const late = world({ exclude: ['adult1'] }, records)
    await late.load(news)
    expect(await late.load(entry('Any', url(token)), news)).toEqual([NEWS])
    expect(await late.load(entry('Any', url(token)), news)).toEqual([NEWS])
    expect([...records.all()].some(({ isGone }) => isGone !== true)).toBe(true)
  }
})

it('keeps nothing of what left the lists where nothing is written for it', async () => {
  const records = createOwnRecords()
  const { load } = world({ exclude: ['adult1'] }, records)
  await load(adult, news, entry('More', 'http://o/more/index.m3u8'))
  await load(adult, news)
  expect([...records.all()]).toEqual([])
})

const CHANGES_OF_LISTS = [
  'name',
  'login',
  'both',
  'toggle',
  'toggle',
  'double',
  'letters',
  'order',
  'nothing',
  'swap',
  'restart',
]

it('never opens what was closed at first, whatever lists and restarts do in between', async () => {
  const { pick } = createRandom(7, 0)
  const given = { exclude: ['adult1', 'late'], patterns: ['^(?!xxx)'] }
  for (let run = 0; run < 100; run += 1) {
    const records = createOwnRecords()
    const url = (place: number, login: number) => `http://o/live/box/secret${login}/${place}.ts`
    const names = ['adult1', 'late', 'xxx', 'bonus', 'sport', '']
    const state = [0, 1, 2].map((place) => ({
      place,
      login: 1,
      name: names[place] ?? '',
      is: true,
      isDouble: false,
    }))
    let now = world(given, records)
    const lines = () =>
      state
        .filter(({ is }) => is)
        .flatMap(({ place, login, name, isDouble }) => [
          entry(`Called ${name}`, url(place, login), name === '' ? '' : `tvg-id="${name}"`),
          ...(isDouble ? [entry('Double', url(place, login), `tvg-id="double${place}"`)] : []),
        ])
    expect(await now.load(...lines(), news)).toEqual([NEWS])
    for (let step = 0; step < 14; step += 1) {
      const one = pick(state)
      const change = pick(CHANGES_OF_LISTS)
      if (change === 'name' || change === 'both') one.name = pick(names)
      if (change === 'login' || change === 'both') one.login += 1
      if (change === 'toggle') one.is = !one.is
      if (change === 'double') one.isDouble = !one.isDouble
      if (change === 'letters') one.name = one.name.toUpperCase()
      if (change === 'order') state.reverse()
      if (change === 'nothing') await now.load(news)
      if (change === 'swap') [one.name, state[0]!.name] = [state[0]!.name, one.name]
      if (change === 'restart') {
        const before = lines()
        now = world(given, records)
        await now.load(...before, news)
        continue
      }
      expect(await now.load(...lines(), news), `run ${run}, step ${step}`).toEqual([NEWS])
    }
  }
})

it('stays closed with all entries of its address while one of them is called anew or is gone', async () => {
  const double = entry('Two', AD, 'tvg-id="two"')
  const given = { exclude: ['adult1'] }
  for (const list of [
    [entry('Bonus', AD, 'tvg-id="bonus"'), double],
    [double, entry('Bonus', AD)],
    [double],
    [entry('Bonus', AD)],
  ]) {
    const { load } = world(given)
    expect(await load(adult, double, news)).toEqual([NEWS])
    expect(await load(...list, news)).toEqual([NEWS])
    expect(await load(news)).toEqual([NEWS])
    expect(await load(...list, news)).toEqual([NEWS])
  }
  const { load } = world(given)
  expect(await load(double, news)).toEqual([AD, NEWS])
  expect(await load(double, adult, news)).toEqual([NEWS])
  expect(await load(double, news)).toEqual([AD, NEWS])
})

it('keeps what it knows of an address whose login changed, when a list comes back from nothing', async () => {
  const { load } = world({ exclude: ['adult1'] })
  const at = (login: string) => `http://o/live/user/${login}/7.ts`
  const named = (id: string, login: string) => entry('One', at(login), `tvg-id="${id}"`)
  expect(await load(named('one', 'pw12345'))).toEqual([at('pw12345')])
  expect(await load(named('adult1', 'pw12345'))).toEqual([])
  expect(await load(named('adult1', 'pw99999'))).toEqual([])
  for (const _ of [1, 2]) {
    expect(await load(named('bonus', 'pw99999'))).toEqual([])
    expect(await load(news)).toEqual([NEWS])
  }
})

it('remembers nothing where other names open nothing', async () => {
  const records = createOwnRecords()
  const { load } = world({ titles: ['Mix'], exclude: ['adult1'] }, records)
  await load(adult, news)
  expect(await load(adult, entry('Now: Weather', NEWS, mix))).toEqual([NEWS])
  expect([...records.all()]).toEqual([])
})

it('takes a title that a list gives anew, but for one that was left out', async () => {
  const { load } = world({ titles: ['Sport'], exclude: ['Adults'] })
  const titled = (title: string) => entry('One', AD, `tvg-id="x" group-title="${title}"`)
  expect(await load(titled('New'))).toEqual([])
  expect(await load(titled('Sport'))).toEqual([AD])
  expect(await load(titled('Adults'))).toEqual([])
  expect(await load(titled('Sport'))).toEqual([AD])
  const other = world({ titles: ['Sport'], exclude: ['Adults'] })
  expect(await other.load(titled('Adults'))).toEqual([])
  expect(await other.load(titled('Sport'))).toEqual([])
})
