import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isChannelId } from '#domain/channels/channel'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { slugOf } from '../../../../control/playlists/catalogue/slug.ts'
import { channelsOf, entry, playlistOf } from '../channels.ts'

const idsOf = async (...entries: string[]) => (await channelsOf(...entries)).map(({ id }) => id)

describe('channel ids', () => {
  it('are tvg-ids where legal and unique, else slugs of names', async () => {
    expect(
      await idsOf(
        entry('News', 'http://o/1/i.m3u8', 'tvg-id="news.de"'),
        entry('Sport HD', 'http://o/2/i.m3u8', 'tvg-id="not legal"'),
        entry('Первый канал', 'http://o/3/i.m3u8'),
        entry('Télé+ Été', 'http://o/4/i.m3u8', 'tvg-id=".."'),
      ),
    ).toEqual(['news.de', 'sport-hd', 'pervyy-kanal', 'tele-plus-ete'])
  })

  it('are what the origin calls its streams where the source says so', async () => {
    const text = [
      entry('Первый', 'http://o/ort/index.m3u8?token=1', 'tvg-id="255"'),
      entry('Sport', 'http://o/live/sport.hd/mono.m3u8'),
      entry('Kids', 'http://o/kids.ts'),
      entry('Films', 'http://o/hls/films.m3u8'),
      entry('TS', 'http://o/rtr/mpegts'),
      entry('Twice', 'http://o/film/index.m3u8'),
      entry('Twice in SD', 'http://o/film/tracks.m3u8', 'tvg-id="256"'),
      entry('Odd', 'http://o/a%20b/index.m3u8'),
    ].join('')
    const playlist = playlistOf(`#EXTM3U\n${text}`)
    const { channels } = await buildCatalogue([{ source: 'm', playlist, isIdByAddress: true }])
    const expected = ['ort', 'sport.hd', 'kids', 'films', 'rtr', 'twice', 'twice-in-sd', 'odd']
    expect(channels.map(({ id }) => id)).toEqual(expected)
    expect(channels[0]?.item.tvgId).toBe('255')
  })

  it('number as many doubles as a list has, each step once', async () => {
    const [first = '', ...others] = await idsOf(
      ...Array.from({ length: 8_000 }, () => entry('Film', 'http://o/film.mp4')),
    )
    expect(first).toMatch(/^film-[0-9a-f]{8}$/)
    expect(others).toEqual(Array.from({ length: 7_999 }, (_, index) => `${first}-${index + 2}`))
  })

  it('tell doubles apart by name, then by address, whatever the order', async () => {
    const doubles = [
      entry('One', 'http://o/1/i.m3u8?t=1', 'tvg-id="one"'),
      entry('One HD', 'http://o/2/i.m3u8?t=1', 'tvg-id="one"'),
      entry('Two', 'http://o/3/i.m3u8'),
      entry('Two', 'http://o/4/i.m3u8'),
      entry('Two', 'http://o/4/i.m3u8'),
    ]
    const ids = await idsOf(...doubles)
    expect(ids.slice(0, 2)).toEqual(['one', 'one-hd'])
    expect(new Set(ids).size).toBe(5)
    expect(await idsOf(...doubles.toReversed())).toEqual(expect.arrayContaining(ids))
    expect(await idsOf(...doubles.map((text) => text.replace('t=1', 't=2')))).toEqual(ids)
  })

  it('do not take a name’s slug that is another’s tvg-id', async () => {
    const ids = await idsOf(
      entry('Rtl', 'http://o/1/i.m3u8'),
      entry('X', 'http://o/2/i.m3u8', 'tvg-id="rtl"'),
    )
    expect(ids[1]).toBe('rtl')
    expect(ids[0]).toMatch(/^rtl-[0-9a-f]{8}$/)
  })

  it('are legal, unique, and the same in any order, for any names', async () => {
    const name = fc.oneof(fc.constantFrom('A', 'a', 'Ä', '日本', '...', '—'), fc.string())
    const one = fc.record({
      name,
      tvgId: fc.constantFrom('', 'x', 'y', '.', 'ü'),
      place: fc.nat({ max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 12 }), async (list) => {
        const lines = list.map((item, index) =>
          entry(
            item.name.replace(/\s/g, ' '),
            `http://o/${item.place}/i.m3u8?n=${index}`,
            item.tvgId && `tvg-id="${item.tvgId}"`,
          ),
        )
        const byUrl = async (texts: string[]) =>
          new Map((await channelsOf(...texts)).map(({ id, item }) => [item.url, id]))
        const ids = await byUrl(lines)
        expect([...ids.values()].every(isChannelId)).toBe(true)
        expect(new Set(ids.values()).size).toBe(list.length)
        expect(new Map([...(await byUrl(lines.toReversed()))].toReversed())).toEqual(ids)
      }),
    )
  })
})

describe('slugs', () => {
  it.each([
    ['Discovery Channel', 'discovery-channel'],
    ['  --ČT 24--  ', 'ct-24'],
    ['Україна', 'ukrayina'],
    ['ЩЁ', 'shche'],
    ['日本', ''],
    ['x'.repeat(100), 'x'.repeat(48)],
  ])('%s is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug)
  })
})
