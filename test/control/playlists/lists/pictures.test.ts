import { expect, test } from 'vitest'
import { iconOf, programmePictures } from '../../../../control/epg/model/pictures.ts'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { checkChannels } from '../../../../control/playlists/lists/list-checks.ts'
import { renderList } from '../../../../control/playlists/lists/render-list.ts'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'
import type { LiveStream } from '../../../../control/playlists/xtream/app-lists.ts'
import { appListText } from '../channels.ts'

const SECRET = 'Sesame-123456'
const M3U = `#EXTM3U
#EXTINF:-1 tvg-id="plain" tvg-logo="http://10.0.0.5/1.png" tvg-logo-small="http://10.0.0.5/s.png" group-logo="http://10.0.0.5/g.png",Plain
#EXTALBUMARTURL:http://10.0.0.5/art.png
http://o/plain/index.m3u8
#EXTINF:-1 tvg-id="login" tvg-logo="http://u:${SECRET}@10.0.0.5/2.png",Login
http://o/login/index.m3u8
#EXTINF:-1 tvg-id="query" tvg-logo="http://10.0.0.5/3.php?password=${SECRET}",Query
http://o/query/index.m3u8
#EXTINF:-1 tvg-id="public" tvg-logo="http://logos.example/4.png",Public
http://o/public/index.m3u8
#EXTINF:-1 tvg-id="open-login" tvg-logo="http://u:${SECRET}@logos.example/5.png",Open login
http://o/open/index.m3u8
#EXTINF:-1 tvg-id="hostile" tvg-logo="@pictures@/~x" url="http://10.0.0.5/no-picture",@pictures@ name
http://o/hostile/index.m3u8
#EXTINF:-1 tvg-id="none",None
http://o/none/index.m3u8
`

/** Stands for the sealer: names by number, for one host alone. */
const sealed: string[] = []
const seal = (address: string): string | null => {
  if (new URL(address).hostname !== '10.0.0.5') return null
  if (!sealed.includes(address)) sealed.push(address)
  return `~${sealed.indexOf(address)}`
}
const nameOf = (address: string): string => `@pictures@/~${sealed.indexOf(address)}`

const reader = new PlaylistReader()
reader.push(Buffer.from(M3U))
const read = reader.finish()
const lists = read.ok ? [{ source: 's', playlist: read.playlist }] : []
const { channels, playlists } = await buildCatalogue(lists)

const LOGIN = `http://u:${SECRET}@10.0.0.5/2.png`
const QUERY = `http://10.0.0.5/3.php?password=${SECRET}`

test('a list names what comes through the edge by its seal, and nothing else changes', async () => {
  const { text } = await renderList(channels, [...playlists.values()], { sealPicture: seal })
  const line = (id: string) => text.split('\n').find((it) => it.includes(`tvg-id="${id}"`)) ?? ''
  expect(line('plain')).toBe(
    `#EXTINF:-1 tvg-id="plain" tvg-logo="${nameOf('http://10.0.0.5/1.png')}" tvg-logo-small="${nameOf('http://10.0.0.5/s.png')}" group-logo="${nameOf('http://10.0.0.5/g.png')}",Plain`,
  )
  expect(text).toContain(`#EXTALBUMARTURL:${nameOf('http://10.0.0.5/art.png')}\n`)
  expect(line('login')).toContain(`tvg-logo="${nameOf(LOGIN)}"`)
  expect(line('query')).toContain(`tvg-logo="${nameOf(QUERY)}"`)
  expect(line('public')).toContain('tvg-logo="http://logos.example/4.png"')
  expect(line('open-login')).toContain('tvg-logo=""')
  expect(line('hostile')).toBe(
    '#EXTINF:-1 tvg-id="hostile" tvg-logo="%40pictures@/~x" url="http://10.0.0.5/no-picture",@ pictures@ name',
  )
  expect(line('none')).toBe('#EXTINF:-1 tvg-id="none",None')
  expect(text).not.toContain(SECRET)
  expect(sealed).not.toContain('http://10.0.0.5/no-picture')
})

test('without a setting a list is what it was', async () => {
  const { text } = await renderList(channels, [...playlists.values()])
  expect(text).toContain('tvg-logo="http://10.0.0.5/1.png"')
  expect(text).not.toMatch(/@pictures@\/|Sesame/)
})

test('apps and guides get the same', async () => {
  const json = await appListText('live-streams', {
    offered: channels,
    numbers: new Map(),
    sealPicture: seal,
  })
  const icons = (JSON.parse(json) as LiveStream[]).map((row) => row.stream_icon)
  const expected = [
    nameOf('http://10.0.0.5/1.png'),
    nameOf(LOGIN),
    nameOf(QUERY),
    'http://logos.example/4.png',
    '',
    '@pictures@/~x',
    '',
  ]
  expect(icons).toEqual(expected)
  expect(json).not.toContain('@pictures@ name')
  const icon = (base: string | null) => channels.map((it) => iconOf(it, { seal, base }))
  const place = 'https://tv.example/s/pictures'
  expect(icon('https://tv.example').slice(0, 5)).toEqual(
    expected.slice(0, 5).map((it) => it.replace('@pictures@', place)),
  )
  expect(icon(null).slice(0, 4)).toEqual(['', '', '', 'http://logos.example/4.png'])
})

test('pictures of programmes lie at the edge’s public address, or are left out', () => {
  const inner =
    '<title lang="en">A &lt;icon src="http://10.0.0.5/t.png"/&gt;</title><icon src="http://10.0.0.5/p.png?a=1&amp;b=2" width="9"/><icon width="9" src="http://logos.example/q.png"></icon><image type="poster" size="2">http://10.0.0.5/i.png</image><desc/>'
  const shown = programmePictures(inner, { seal, base: 'https://tv.example' })
  const at = (address: string) =>
    nameOf(address).replace('@pictures@', 'https://tv.example/s/pictures')
  expect(shown).toContain(`<icon src="${at('http://10.0.0.5/p.png?a=1&b=2')}" width="9"/>`)
  expect(shown).toContain('<icon width="9" src="http://logos.example/q.png"></icon>')
  expect(shown).toContain(
    `<image type="poster" size="2">${at('http://10.0.0.5/i.png')}</image><desc/>`,
  )
  expect(shown).toContain('A &lt;icon src="http://10.0.0.5/t.png"/&gt;')
  const left = programmePictures(inner, { seal, base: null })
  expect(left.match(/<(?:icon|image)\b/g)).toEqual(['<icon'])
  expect(programmePictures('<title>t</title>', { seal, base: null })).toBe('<title>t</title>')
})

test('a check names the hosts that viewers would not reach', async () => {
  const warnings = async (isThrough: (host: string) => boolean) =>
    (await checkChannels(channels, [], { hasResolver: true, isThrough })).join('\n')
  const before = await warnings(() => false)
  expect(before).toContain(
    'viewers elsewhere do not reach 10.0.0.5, where logos lie (plain, login, query)',
  )
  expect(before).toContain('pictures.through')
  expect(before).not.toMatch(/logos\.example|Sesame/)
  expect(await warnings((host) => host === '10.0.0.5')).not.toContain('10.0.0.5')
})
