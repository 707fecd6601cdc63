import { describe, expect, test } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { renderList } from '../../../../control/playlists/lists/render-list.ts'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'
import { renderAppList } from '../../../../control/playlists/xtream/app-lists.ts'

const shown = async (text: string) => {
  const reader = new PlaylistReader()
  reader.push(Buffer.from(text))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  const { channels, playlists, warnings } = await buildCatalogue([
    { source: 's', playlist: read.playlist },
  ])
  const list = await renderList(channels, [...playlists.values()])
  const rows = await renderAppList('live-streams', { offered: channels, numbers: new Map() })
  return { list: list.text, rows, warnings: warnings.join('\n') }
}

const entry = (attributes: string, lines = '', suffix = ''): string =>
  `#EXTM3U\n#EXTINF:-1 tvg-id="a" ${attributes},A\n${lines}http://panel/live/USER/SECRET/78.ts${suffix}\n`

describe('a login of the provider does not reach a viewer', () => {
  test.each([
    ['tvg-logo', entry('tvg-logo="http://panel/logo.php?username=U&password=SECRET&id=7"')],
    ['tvg-logo before its host', entry('tvg-logo="http://U:SECRET@panel/7.png"')],
    ['tvg-logo with the password of the stream', entry('tvg-logo="http://panel/SECRET/7.png"')],
    ['two logos', entry('tvg-logo="http://l/1.png" tvg-logo="http://l/2.png?token=SECRET"')],
    ['any other attribute', entry('group-logo="https://l/?api_key=SECRET"')],
    ['catchup-source beside', entry('catchup="append" catchup-source="?token=SECRET&utc={utc}"')],
    ['catchup-source elsewhere', entry('catchup="default" catchup-source="http://x/SECRET/{utc}"')],
    [
      '#KODIPROP',
      entry('', '#KODIPROP:inputstream.adaptive.license_key=https://l/?token=SECRET\n'),
    ],
    [
      '#KODIPROP headers',
      entry('', '#KODIPROP:inputstream.adaptive.stream_headers=Authorization=Basic%20SECRET\n'),
    ],
    ['#EXTVLCOPT', entry('', '#EXTVLCOPT:http-referrer=http://U:SECRET@ref/\n')],
    ['#EXTVLCOPT user', entry('', '#EXTVLCOPT:http-password=SECRET\n')],
    ['#EXTHTTP', entry('', '#EXTHTTP:{"Cookie":"id=SECRET"}\n')],
    ['a suffix', entry('', '', '|User-Agent=Box&Authorization=Bearer SECRET')],
    ['a line at the end', `${entry('')}#EXTVLCOPT:http-password=SECRET\n`],
  ])('in %s', async (_, text) => {
    const { list, rows } = await shown(text)
    expect(list).toContain('/a/stream.ts')
    expect(list).not.toMatch(/SECRET|USER/)
    expect(rows).not.toMatch(/SECRET|USER/)
  })

  test('what is none stays, and the operator hears of what was left out', async () => {
    const lines = '#KODIPROP:inputstream=inputstream.adaptive\n#EXTVLCOPT:http-user-agent=Box/1\n'
    const good = await shown(entry('tvg-logo="http://l/1.png?v=2"', lines, '|User-Agent=Box'))
    expect(good.list).toContain('tvg-logo="http://l/1.png?v=2"')
    expect(good.list).toContain(lines)
    expect(good.list).toContain('stream.ts|User-Agent=Box')
    expect(good.warnings).not.toContain('login')
    const bad = await shown(entry('tvg-logo="http://U:SECRET@l/1.png"'))
    expect(bad.warnings).toContain('1 entries hold a login of the provider')
    expect(bad.warnings).not.toContain('SECRET')
  })
})
