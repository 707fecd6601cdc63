import { describe, expect, it } from 'vitest'
import {
  findDeadSelectors,
  type Selection,
  selectChannels,
} from '../../../../control/playlists/lists/selection.ts'
import { applySurge } from '../../../../control/playlists/lists/surge.ts'
import { channelsOf, entry, select } from '../channels.ts'

const channels = await channelsOf(
  entry('News One', 'http://o/1/i.m3u8', 'tvg-id="n1" group-title="News"'),
  entry('News Two', 'http://o/2/i.m3u8', 'tvg-id="n2" group-title="News;HD"'),
  entry('Sport', 'http://o/3/i.m3u8', 'tvg-id="s1" group-title="Sport"'),
  entry('Kids', 'http://o/4/i.m3u8', 'tvg-id="k1"'),
)
const pick = async (given: Partial<Selection>) =>
  (await selectChannels(channels, select(given))).map(({ id }) => id)

describe('selecting channels', () => {
  it.each<[string, Partial<Selection>, string[]]>([
    ['nothing named', {}, ['n1', 'n2', 's1', 'k1']],
    ['titles', { titles: ['news '] }, ['n1', 'n2']],
    ['one of several titles', { titles: ['HD'] }, ['n2']],
    ['a title as written', { titles: ['News;HD'] }, ['n2']],
    ['ids, exact', { ids: ['k1', 'N1'] }, ['k1']],
    ['names', { names: ['SPORT'] }, ['s1']],
    ['patterns over id and name', { patterns: ['^k', 'Two$'] }, ['n2', 'k1']],
    ['several kinds together', { titles: ['Sport'], ids: ['n1'] }, ['n1', 's1']],
    ['all but some', { exclude: ['Sport', 'k1', 'News Two'] }, ['n1']],
    ['all but some, their ids in other letters', { exclude: ['Sport', 'K1', ' N1 '] }, ['n2']],
    [
      'all but some, their names with other blanks',
      { exclude: ['Sport', 'K1', 'News\u00a0\u200b Two'] },
      ['n1'],
    ],
    ['some of a title', { titles: ['News'], exclude: ['HD'] }, ['n1']],
    ['an order', { order: ['k1', 'sport'] }, ['k1', 's1', 'n1', 'n2']],
    ['a source', { sources: ['main'] }, ['n1', 'n2', 's1', 'k1']],
    ['another source', { sources: ['other'] }, []],
  ])('by %s', async (_, given, ids) => {
    expect(await pick(given)).toEqual(ids)
  })

  it('names selectors no channel answers to', async () => {
    const dead = await findDeadSelectors(channels)
    const given = select({ titles: ['News', 'Nwes'], ids: ['n9'], order: ['sport'] })
    expect(dead(given)).toEqual(['Nwes', 'n9'])
    expect(dead(select({ exclude: ['k2', 'K1'] }))).toEqual(['k2'])
  })
})

it('an exclusion holds where the list writes its id in other letters', async () => {
  const shouted = await channelsOf(
    entry('A', 'http://o/1/i.m3u8', 'tvg-id="Closed.UK"'),
    entry('B', 'http://o/2/i.m3u8', 'tvg-id="Closed.UK"'),
    entry('C', 'http://o/3/i.m3u8', 'tvg-id="open.uk"'),
  )
  const given = select({ exclude: ['closed.uk'] })
  expect((await selectChannels(shouted, given)).map(({ id }) => id)).toEqual(['open.uk'])
  expect((await findDeadSelectors(shouted))(given)).toEqual([])
})

it('an exclusion whose hash is all digits leaves out nothing else', async () => {
  const found = await channelsOf(entry('News', 'http://o/1/i.m3u8'))
  const left = (id: string) => selectChannels(found, select({ exclude: [id] }))
  expect(await left('news-12345678')).toHaveLength(1)
  expect(await left('news-12345678-2')).toHaveLength(1)
  expect(await left('news')).toHaveLength(0)
})

describe('surge', () => {
  const profile = (given: Partial<Selection>) => ({
    name: 'eve',
    group: 'all',
    channels: select(given),
    running: 'end' as const,
  })
  const surged = async (...given: Partial<Selection>[]) =>
    (await applySurge(channels, given.map(profile))).kept.map(({ id }) => id)

  it('keeps the profile’s channels in the group’s order', async () => {
    expect(await surged({ titles: ['News'] })).toEqual(['n1', 'n2'])
    expect((await applySurge(channels, [profile({ ids: ['k1'] })])).leftOut).toHaveLength(3)
  })

  it('keeps what all profiles in force keep, and everything without one', async () => {
    expect(await surged({ titles: ['News'] }, { exclude: ['n1'] })).toEqual(['n2'])
    expect(await surged()).toHaveLength(4)
  })
})
