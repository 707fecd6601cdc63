import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseAuthBackend } from '../../../control/access/authorize/choose-backend.ts'
import { channelNames, otherIds } from '../../../control/playlists/catalogue/channel-names.ts'
import type { Selection } from '../../../control/playlists/lists/selection.ts'
import { selectChannels } from '../../../control/playlists/lists/selection.ts'
import { applySurge } from '../../../control/playlists/lists/surge.ts'
import { catalogueOf, channelsOf, entry, select } from '../playlists/channels.ts'

const one = entry('Adult One', 'http://o/ad1/index.m3u8', 'tvg-id="adult1" group-title="Mix"')
const news = entry('News', 'http://o/news/index.m3u8', 'tvg-id="news" group-title="Mix"')
const hd = entry('Adult One HD', 'http://o/ad1hd/index.m3u8', 'tvg-id="adult1" group-title="Mix"')
const odd = entry('Odd', 'http://o/odd/index.m3u8', 'tvg-id="Adult 1/ü" group-title="Mix"')
const bare = entry('Adult Two', 'http://o/ad2/index.m3u8?t=1', 'group-title="Mix"')
const bareToo = entry('Adult Two', 'http://o/ad2b/index.m3u8?t=2', 'group-title="Mix"')

const picked = async (lists: readonly string[], given: Partial<Selection>) =>
  (await selectChannels(await channelsOf(...lists), select(given))).map(({ name }) => name)

describe('what is written for a tvg-id', () => {
  it.each<[string, Partial<Selection>, string[]]>([
    ['an exclusion', { titles: ['Mix'], exclude: ['adult1'] }, ['News']],
    ['ids', { ids: ['adult1'] }, ['Adult One', 'Adult One HD']],
    ['a pattern', { patterns: ['^adult1$'] }, ['Adult One', 'Adult One HD']],
    ['a negation', { patterns: ['^(?!adult1$)'] }, ['News']],
    ['a negation by the name', { patterns: ['^(?!Adult One(?: HD)?$).*$'] }, ['News']],
    ['an order', { order: ['adult1'] }, ['Adult One', 'Adult One HD', 'News']],
  ])('%s holds for every entry that carries it', async (_, given, names) => {
    expect(await picked([one, news, hd], given)).toEqual(names)
    expect(await picked([hd, one, news], given).then((list) => list.toSorted())).toEqual(
      names.toSorted(),
    )
  })

  it('holds where it cannot be an id', async () => {
    expect(await picked([odd, news], { exclude: ['Adult 1/ü'] })).toEqual(['News'])
  })

  it('holds in surge profiles', async () => {
    const channels = await channelsOf(one, news, hd)
    const profile = { name: 'eve', group: 'all', running: 'end' as const }
    const surged = (given: Partial<Selection>) =>
      applySurge(channels, [{ ...profile, channels: select(given) }])
    expect((await surged({ exclude: ['adult1'] })).leftOut.map(({ name }) => name)).toEqual([
      'Adult One',
      'Adult One HD',
    ])
    expect((await surged({ ids: ['adult1'] })).kept).toHaveLength(2)
  })

  it('chooses the auth backend, and a negation needs all names', async () => {
    const authOf = async (lists: readonly string[], match: string) => {
      const channels = await channelsOf(...lists)
      const choose = chooseAuthBackend({
        channels: [{ match, auth: 'rule' }],
        groups: [],
        global: null,
        naming: {
          names: (id) => {
            const channel = channels.find((found) => found.id === id)
            return channel === undefined ? [id] : channelNames(channel)
          },
          otherIds: () => [],
        },
      })
      return channels.map(({ id }) => choose(id, null))
    }
    expect(await authOf([one, news, hd], '^adult1$')).toEqual(['rule', null, 'rule'])
    expect(await authOf([one, news, hd], '^(?!adult1$)')).toEqual([null, 'rule', null])
    expect(await authOf([one, news, hd], '^[^a]')).toEqual([null, 'rule', null])
  })
})

describe('a rule', () => {
  const authsOf = async (lists: readonly string[], match: string, isClosed = false) => {
    const channels = await channelsOf(...lists)
    const find = (id: string) => channels.find((found) => found.id === id)
    const choose = chooseAuthBackend({
      channels: [{ match, auth: 'rule' }],
      closed: new Set(isClosed ? ['rule'] : []),
      groups: [],
      global: null,
      naming: {
        names: (id) => channelNames(find(id) ?? { id, item: { tvgId: '' } }),
        otherIds: (id) => {
          const channel = find(id)
          return channel === undefined ? [] : otherIds(channel)
        },
      },
    })
    return Object.fromEntries(channels.map(({ id, item }) => [item.url, choose(id, null)]))
  }
  const urlOf = (text: string): string => text.trim().split('\n').at(-1) ?? ''

  it('holds for an id made of a name when doubles come and go', async () => {
    const lists = [bare, bareToo, bareToo, news]
    for (const { id, item } of await channelsOf(...lists)) {
      const match = `^${id}$`
      const alone = [bare, bareToo, news].filter((text) => urlOf(text) === item.url)
      for (const list of [lists, alone, [...alone, bare], [...alone, one, hd]])
        expect((await authsOf(list, match))[item.url]).toBe('rule')
    }
    expect((await authsOf([bare, news], '^adult-two$'))[urlOf(news)]).toBe(null)
  })

  it('holds in other letters', async () => {
    const capitals = entry('Adult One', 'http://o/x/index.m3u8', 'tvg-id="ADULT1"')
    expect(await authsOf([capitals], '^adult1$')).toEqual({ [urlOf(capitals)]: 'rule' })
  })

  it.each([
    ['without width', 'adult1\u200b', 'adult1'],
    ['of full width', '\uff21dult1', 'adult1'],
    ['of another form', 'erotik\u0301', 'erotiḱ'],
    ['and blanks between', 'adult\u00a0 1', 'adult 1'],
  ])('holds for a tvg-id with characters %s', async (_, written, meant) => {
    const disguised = entry('Other', 'http://o/x/index.m3u8', `tvg-id="${written}"`)
    expect(await authsOf([disguised, news], `^${meant}$`)).toEqual({
      [urlOf(disguised)]: 'rule',
      [urlOf(news)]: null,
    })
    expect(await picked([disguised, news], { exclude: [meant] })).toEqual(['News'])
    expect(await picked([disguised, news], { patterns: [`^(?!${meant}$)`] })).toEqual(['News'])
  })

  it('that lets nobody in holds by the id that a tvg-id has while it is doubled', async () => {
    const [first] = await channelsOf(one, hd)
    const match = `^${first?.id}$`
    expect((await authsOf([one, hd], match, true))[urlOf(one)]).toBe('rule')
    expect((await authsOf([one], match, true))[urlOf(one)]).toBe('rule')
  })

  it('that lets in does not hold for another tvg-id by a name', async () => {
    const alike = entry('News', 'http://o/ad1/index.m3u8', 'tvg-id="adult1"')
    expect(await authsOf([alike, news], '^news$')).toEqual({
      [urlOf(alike)]: null,
      [urlOf(news)]: 'rule',
    })
  })
})

it.each(['ADULT ONE', 'Adult  One', 'Adult\u00a0One', 'Adult One\u200b'])(
  'a pattern that only refuses holds for the name %j',
  async (name) => {
    const other = entry(name, 'http://o/x/index.m3u8')
    expect(await picked([other, news], { patterns: ['^(?!Adult One$)'] })).toEqual(['News'])
  },
)

describe('an exclusion by an id made of a name', () => {
  it('holds when a double of the name comes', async () => {
    expect(await picked([bare, news], { exclude: ['adult-two'] })).toEqual(['News'])
    expect(await picked([bare, news, bareToo], { exclude: ['adult-two'] })).toEqual(['News'])
  })

  it('holds when the doubles go, for ids of every form', async () => {
    const lists = [one, hd, bare, bareToo, bareToo, news]
    for (const { id, name, url } of (await channelsOf(...lists)).map((channel) => ({
      ...channel,
      url: channel.item.url,
    }))) {
      if (name === 'News') continue
      const alone = lists.find((text) => text.includes(`${url}\n`)) ?? ''
      expect(await picked([alone, news], { exclude: [id] })).toEqual(['News'])
    }
  })

  it('never widens by other entries, orders and doubles', async () => {
    const all = [one, news, hd, odd, bare, bareToo]
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all, { minLength: 1 }),
        fc.shuffledSubarray(all),
        async (before, more) => {
          const closed = await channelsOf(...before)
          const exclude = closed.map(({ id }) => id)
          const after = await selectChannels(
            await channelsOf(...more, ...before),
            select({ exclude }),
          )
          const urls = new Set(closed.map(({ item }) => item.url))
          expect(after.filter(({ item }) => urls.has(item.url))).toEqual([])
        },
      ),
    )
  })
})

it('oddities of a list are told with their line', async () => {
  const { warnings } = await catalogueOf(
    '#EXTM3U\n#EXTINF:-1 tvg-id="a some group-title="Mix",A\nhttp://o/a/index.m3u8\n',
  )
  expect(warnings).toEqual(['main line 2: tvg-id: its quote is never closed'])
})
