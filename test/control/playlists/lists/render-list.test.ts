import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { renderList } from '../../../../control/playlists/lists/render-list.ts'
import { catalogueOf, entry, playlistOf } from '../channels.ts'

const everything = readFileSync(
  new URL('../../../vectors/playlists/everything.m3u', import.meta.url),
  'utf8',
)
const render = async (text: string, pick: (id: string) => boolean = () => true) => {
  const { channels, playlists } = await catalogueOf(text)
  return (
    await renderList(
      channels.filter(({ id }) => pick(id)),
      [...playlists.values()],
    )
  ).text
}

describe('a rendered list', () => {
  it('carries everything of the source, the addresses replaced', async () => {
    expect((await render(everything)).split('\n')).toEqual([
      '#EXTM3U url-tvg="http://epg.example/one.xml.gz" x-tvg-url="http://epg.example/one.xml.gz" m3u-autoload="1" refresh="3600"',
      '#PLAYLIST:Everything, and more',
      '#EXTINF:-1 tvg-id="news.one" tvg-name="News One" tvg-logo="http://logos.example/a,b.png?x=1" tvg-chno="1" group-title="News;All" catchup="default" catchup-days="7" catchup-source="@@/news.one/archive-${start}-${duration}.m3u8?x={utc}" my-own=yes tvg-shift="3",News One',
      '#EXTVLCOPT:http-user-agent=Mozilla/5.0 (X11; Linux)',
      '#EXTVLCOPT:http-referrer=http://ref.example/',
      '#KODIPROP:inputstream=inputstream.adaptive',
      '#EXT-X-UNHEARD:of="this"',
      '#EXTGRP:News;All',
      '@@/news.one/index.m3u8|User-Agent=Foo%20Bar&Referer=http://ref.example/',
      '# a remark about the next one',
      '#KODIPROP:inputstream.adaptive.manifest_type=mpd',
      '#EXTINF:-1 tvg-id="news.two" tvg-name="The \'Second\' News" group-title="News" tvg-shift="3",News, \'Two\', HD',
      '#EXTGRP:News',
      '@@/news.two/manifest.mpd',
      '#EXTINF:0 tvg-shift="3" group-title="Эфир",Третий канал',
      '#EXTGRP:Эфир',
      '@@/tretiy-kanal/mpegts',
      '#EXTINF:-1 tvg-shift="3" group-title="Эфир",Fourth inherits',
      '#EXTGRP:Эфир',
      '@@/fourth-inherits/index.m3u8',
      '#EXTINF:5400 tvg-id="film" group-title="Films" tvg-shift="3",A Film',
      '#EXTGRP:Films',
      '@@/film/index.m3u8',
      '# the end',
      '',
    ])
  })

  it('names no origin but in what is not a stream', async () => {
    expect(await render(everything)).not.toContain('origin.example')
  })

  it('keeps an inherited group when the entry that set it is left out', async () => {
    expect(await render(everything, (id) => id === 'fourth-inherits')).toContain(
      '#EXTINF:-1 tvg-shift="3" group-title="Эфир",Fourth inherits\n@@/fourth-inherits/index.m3u8\n',
    )
  })

  it.each([
    ['http://u:p@O:1/ch/a/x-{utc}.m3u8', '@@/a/x-{utc}.m3u8'],
    [
      'http://o:1/timeshift/U/PASS/${duration}/${start}/79.ts',
      '@@/a/@catchup/${duration}/${start}/archive-${start}-${duration}.ts',
    ],
    [
      '/timeshift/U/PASS/{duration:60}/{Y}-{m}-{d}:{H}-{M}/79.m3u8',
      '@@/a/@catchup/{duration:60}/{Y}/{m}/{d}/{H}/{M}/index-{utc}-{duration}.m3u8',
    ],
    ['http://u:PASS@o:2/arc?at={utc}&key=PASS', '@@/a/@catchup/{utc}/index-{utc}-{duration}.m3u8'],
    ['//o:2/{catchup-id}.mp4', '@@/a/@catchup/{catchup-id}/archive.mp4'],
    ['?utc={utc}', '?utc={utc}'],
    ['http://{catchup-id}/PASS', ''],
    ['rtsp://o:1/PASS', ''],
  ])('asks for the archive %s below the channel, and shows no login', async (source, wanted) => {
    const text = await render(
      `#EXTM3U\n${entry('A', 'http://o:1/ch/a/i.m3u8', `catchup-source="${source}"`)}`,
    )
    expect(text).toContain(`catchup-source="${wanted}"`)
    expect(text).not.toContain('PASS')
  })

  it('makes of a panel’s catchup="xc" what players make of it, below the channel', async () => {
    const text = await render(`#EXTM3U\n${entry('A', 'http://o/live/U/PASS/7.ts', 'catchup="xc"')}`)
    expect(text).toContain(
      'catchup="default" catchup-source="@@/a/@catchup/{duration:60}/{Y}/{m}/{d}/{H}/{M}/archive-{utc}-{duration}.ts"',
    )
  })

  it('names an archive of Flussonic’s itself where other channels lie beside it', async () => {
    const text = await render(
      `#EXTM3U\n${entry('A', 'http://o:1/a/index.m3u8', 'catchup="flussonic"')}${entry('B', 'http://o:1/a/mpegts')}`,
    )
    expect(text).toContain(
      'catchup="default" catchup-source="@@/a/@catchup/{utc}/{duration}/index-{utc}-{duration}.m3u8"',
    )
  })

  it.each([
    ['catchup="shift" tvg-shift="2"', 'catchup="shift" tvg-shift="0" catchup-correction="2"'],
    [
      'catchup="shift" catchup-correction="-0.5" tvg-shift="2"',
      'catchup="shift" catchup-correction="1.5" tvg-shift="0"',
    ],
    ['catchup="shift" catchup-correction="3"', 'catchup="shift" catchup-correction="3"'],
    ['tvg-shift="2"', 'tvg-shift="0"'],
  ])('with a guide of ours the shift of %s is the archive’s correction', async (given, wanted) => {
    const playlist = playlistOf(`#EXTM3U\n${entry('A', 'http://o:1/a/index.m3u8', given)}`)
    const { channels } = await buildCatalogue([{ source: 's', playlist }])
    const { text } = await renderList(channels, [playlist], { hasGuide: true })
    const line = text.split('\n')[1] ?? ''
    for (const attribute of wanted.split(' ')) expect(line).toContain(attribute)
    expect(line.includes('catchup-correction')).toBe(wanted.includes('catchup-correction'))
  })

  it('writes a list’s defaults into its own entries, and what is an entry’s own stays', async () => {
    const head =
      'tvg-shift="3" catchup="default" catchup-days="7" catchup-source="http://o:1/{catchup-id}/arc-{utc}.m3u8" http-user-agent="X" cache="500"'
    const own = 'catchup-type="shift" catchup-days="1" catchup-source="?s={utc}" tvg-shift="-1"'
    const lists = [
      {
        source: 'a',
        playlist: playlistOf(
          `#EXTM3U ${head}\n${entry('A1', 'http://o:1/a1/i.m3u8')}${entry('A2', 'http://o:1/a2/i.m3u8', own)}http://o:1/a3/i.m3u8\n`,
        ),
      },
      { source: 'b', playlist: playlistOf(`#EXTM3U\n${entry('B1', 'http://o:1/b1/i.m3u8')}`) },
    ]
    const { channels, playlists } = await buildCatalogue(lists)
    const { text } = await renderList(channels, [...playlists.values()])
    const archive = 'catchup-source="@@/%/@catchup/{catchup-id}/{utc}/index-{utc}-{duration}.m3u8"'
    const wanted = `tvg-shift="3" catchup="default" catchup-days="7" ${archive} http-user-agent="X" cache="500"`
    expect(text.split('\n')).toEqual([
      '#EXTM3U',
      `#EXTINF:-1 ${wanted.replace('%', 'a1')},A1`,
      '@@/a1/index.m3u8',
      `#EXTINF:-1 ${own} http-user-agent="X" cache="500",A2`,
      '@@/a2/index.m3u8',
      `#EXTINF:-1 ${wanted.replace('%', 'i-m3u8')},i.m3u8`,
      '@@/i-m3u8/index.m3u8',
      '#EXTINF:-1,B1',
      '@@/b1/index.m3u8',
      '',
    ])
  })

  it.each([
    'http://U:PASS@epg/x.xml',
    'http://epg/xmltv.php?username=U&password=PASS',
    'http://epg/guide?api_key=PASS',
    'http://epg/PASS/guide.xml',
  ])('leaves out a guide whose address holds a login: %s', async (guide) => {
    const { warnings, channels, playlists } = await catalogueOf(
      `#EXTM3U x-tvg-url="${guide},http://open/g.xml" portal="${guide}"\n${entry('A', 'http://o/live/U/PASS/7.ts')}`,
    )
    const { text } = await renderList(channels, [...playlists.values()])
    expect(text.split('\n')[0]).toBe(
      '#EXTM3U url-tvg="http://open/g.xml" x-tvg-url="http://open/g.xml"',
    )
    expect(
      warnings.filter((warning) => warning.includes('holds a login of the provider')),
    ).toHaveLength(2)
  })

  it('never lets a source smuggle in the placeholder', async () => {
    const hostile = [
      '#EXTM3U url-tvg="http://evil/@@"',
      '#PLAYLIST:@@',
      '#X:@@@',
      '#EXTINF:-1 tvg-logo="http://evil/@@/x" catchup-source="http://evil/@@" group-title="@@",@@ name @@@',
      '#KODIPROP:x=@@',
      'http://o/a/i.m3u8|Referer=http://evil/@@',
      '# @@ end',
    ]
    const text = await render(`${hostile.join('\n')}\n`)
    expect(text.match(/@@/g)).toHaveLength(2)
    expect(text).toContain('"@@/name/@catchup/index-{utc}-{duration}.m3u8"')
    expect(text).toContain('\n@@/name/index.m3u8|')
  })

  it('holds one placeholder a channel and one more a rewritten archive, for any text', async () => {
    const part = fc.array(fc.constantFrom('@', '@@', 'a', ' ', '"', ',', 'x="@', '=', '|', ';'), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(part, part, part, async (info, directive, suffix) => {
        const text = await render(
          `#EXTM3U ${info.join('')}\n#K:${directive.join('')}\n#EXTINF:-1 ${info.join('')}\n` +
            `#EXTGRP:${directive.join('')}\nhttp://o/a/i.m3u8|${suffix.join('')}\n#${suffix.join('')}\n`,
        )
        expect(text.match(/@(?=@)/g)).toHaveLength(1)
      }),
      { numRuns: 1000 },
    )
  })

  it('has a version that is its content’s', async () => {
    const version = async (text: string) => {
      const { channels, playlists } = await catalogueOf(text)
      return (await renderList(channels, [...playlists.values()])).version
    }
    const one = `#EXTM3U\n${entry('A', 'http://o/a/i.m3u8')}`
    expect(await version(one)).toBe(await version(one.replace('http://o/', 'http://elsewhere/')))
    expect(await version(one)).not.toBe(await version(one.replace(',A', ',B')))
    expect(await version(one)).toMatch(/^[\w-]{16}$/)
  })

  it('numbers channels when told', async () => {
    const { channels, playlists } = await catalogueOf(
      `#EXTM3U\n${entry('A', 'http://o/a/i.m3u8', 'tvg-chno="77"')}${entry('B', 'http://o/b/i.m3u8')}`,
    )
    const { text } = await renderList(channels, [...playlists.values()], { renumber: true })
    expect(text).toContain('#EXTINF:-1 tvg-chno="1",A')
    expect(text).toContain('#EXTINF:-1 tvg-chno="2",B')
  })

  it('joins the headers of several sources', async () => {
    const lists = [
      playlistOf('#EXTM3U url-tvg="http://a,http://b" x="1"\nhttp://o/a\n'),
      playlistOf(
        '#EXTM3U x-tvg-url="http://b,http://c" x="2"\n#EXTENC:windows-1251\n#N:1\nhttp://o/a\n',
      ),
    ]
    expect((await renderList([], lists)).text).toBe(
      '#EXTM3U url-tvg="http://a,http://b,http://c" x-tvg-url="http://a,http://b,http://c" x="1"\n#EXTENC:UTF-8\n',
    )
  })

  it('names the same groups in group-title and #EXTGRP, as Kodi takes both', async () => {
    const lines = '#EXTGRP:Late\nhttp://o/a\n'
    const text = `#EXTM3U\n#EXTINF:-1 group-title="My "Best" TV",A\n${lines}#EXTINF:-1,B\nhttp://o/b\n`
    expect((await render(text)).split('\n').filter((line) => line.startsWith('#EXT'))).toEqual([
      '#EXTM3U',
      `#EXTINF:-1 group-title="My 'Best' TV",A`,
      "#EXTGRP:My 'Best' TV",
      '#EXTINF:-1 group-title="Late",B',
      '#EXTGRP:Late',
    ])
  })

  it('is a list its own reader takes, names and groups unchanged', async () => {
    const again = playlistOf((await render(everything)).replaceAll('@@', 'http://edge/live/t'))
    const first = playlistOf(everything)
    expect(again.entries.map(({ name, titles }) => [name, titles])).toEqual(
      first.entries.map(({ name, titles }) => [
        name.includes(',') ? name.replaceAll('"', "'") : name,
        titles,
      ]),
    )
  })
})
