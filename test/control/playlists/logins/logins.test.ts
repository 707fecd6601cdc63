import { describe, expect, test } from 'vitest'
import { shown } from './shown.ts'

const entry = (attributes: string, lines = '', suffix = ''): string =>
  `#EXTM3U\n#EXTINF:-1 tvg-id="a" ${attributes},A\n${lines}http://panel/live/USER/SECRET/78.ts${suffix}\n`

describe('a login of the provider does not reach a viewer', () => {
  test.each([
    ['tvg-logo', entry('tvg-logo="http://panel/logo.php?username=U&password=SECRET&id=7"')],
    ['tvg-logo before its host', entry('tvg-logo="http://U:SECRET@panel/7.png"')],
    ['tvg-logo with the password of the stream', entry('tvg-logo="http://panel/SECRET/7.png"')],
    ['tvg-logo without a scheme', entry('tvg-logo="//U:SECRET@l/1.png"')],
    ['tvg-logo without a scheme, in arguments', entry('tvg-logo="//l/1.png?token=SECRET"')],
    ['#EXTVLCOPT without a scheme', entry('', '#EXTVLCOPT:http-referrer=//U:SECRET@ref/\n')],
    ['two logos', entry('tvg-logo="http://l/1.png" tvg-logo="http://l/2.png?token=SECRET"')],
    ['any other attribute', entry('group-logo="https://l/?api_key=SECRET"')],
    ['catchup-source beside', entry('catchup="append" catchup-source="?token=SECRET&utc={utc}"')],
    ['catchup-source, as pw', entry('catchup="append" catchup-source="?utc={utc}&pw=SECRET"')],
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
    ['tvg-logo by an access token', entry('tvg-logo="http://l/1.png?access_token=SECRET"')],
    ['an attribute of headers', entry('http-headers="Authorization: Basic SECRET"')],
    ['an attribute that is a header', entry('authorization="Basic SECRET"')],
    ['a suffix, encoded', entry('', '', '|Referer=http%3A%2F%2Fref%2F%3Ftoken%3DSECRET')],
    [
      'a header of a key server',
      entry('', '#KODIPROP:license_key=https://l/|X-Drm-Token=SECRET|R{SSM}\n'),
    ],
    ['an attribute that is the password of the stream', entry('x-panel=SECRET')],
    ['an attribute named password', entry('provider-password="SECRET2"')],
    ['a line of any name', entry('', '#PANEL:SECRET\n#EXTVLCOPT:panel-key=SECRET\n')],
    ['url-tvg', entry('').replace('#EXTM3U', '#EXTM3U url-tvg="http://panel/epg/SECRET/x.xml"')],
    ['#EXTM3U headers', entry('').replace('#EXTM3U', '#EXTM3U http-header="Cookie: id=SECRET"')],
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

  test.each([
    ['in its query', 'http://o/a/play.m3u8?id=1&token=SECRET-9f3a'],
    ['before its host', 'http://USER:SECRET-9f3a@o/a/play.m3u8'],
  ])('nor the login of the stream itself, %s, wherever it stands again', async (_, url) => {
    const attributes = 'tvg-logo="http://l/SECRET-9f3a.png" group-logo="http://l/x?v=1/SECRET-9f3a"'
    const { list, rows } = await shown(
      `#EXTM3U x-tvg-url="http://g/SECRET-9f3a.xml.gz"\n#EXTINF:-1 tvg-id="a" ${attributes},A\n${url}\n`,
    )
    expect(list).toContain('/a/index.m3u8')
    expect(list + rows).not.toMatch(/SECRET|USER/)
  })

  test('nor a long password between the words of an attribute', async () => {
    const { list } = await shown(
      '#EXTM3U\n#EXTINF:-1 tvg-id="a" tvg-name="of bob, SECRET-9f3a",A\nhttp://panel/live/USER/SECRET-9f3a/78.ts\n',
    )
    expect(list).toContain('/a/stream.ts')
    expect(list).not.toContain('SECRET')
  })

  test.each([
    ['an argument of a login', 'http://o/a/archive-{utc}-{duration}.m3u8?token=SECRET-9f3a', ''],
    ['an argument of the stream', '/a/archive-{utc}.m3u8?sid=SECRET-9f3a', '?sid=SECRET-9f3a'],
    ['a value of the stream in its path', 'http://o/a/SECRET-9f3a/{utc}.m3u8', '?x=SECRET-9f3a'],
  ])(
    'nor in the archive below the channel, by %s: edges know where it lies',
    async (_, source, query) => {
      const { list, rows } = await shown(
        `#EXTM3U\n#EXTINF:-1 tvg-id="a" catchup="default" catchup-days="2" catchup-source="${source}",A\nhttp://o/a/index.m3u8${query}\n`,
      )
      expect(list).toMatch(/catchup-source="[^"]*\/a\/@catchup\/\{utc\}\//)
      expect(list + rows).not.toContain('SECRET')
    },
  )

  test.each([
    '?token=SECRET-9f3a&utc={utc}',
    '-SECRET-9f3a-{utc}.m3u8',
    '?u=USER&p=SECRET-9f3a&utc={utc}',
  ])(
    'nor in what is put behind its address (%s), and its archive is named as lost',
    async (tail) => {
      const line = `#EXTINF:-1 tvg-id="a" catchup="append" catchup-days="2" catchup-source="${tail}",A`
      const { list, rows, warnings } = await shown(
        `#EXTM3U\n${line}\nhttp://o/a/index.m3u8?username=USER&password=SECRET-9f3a\n`,
      )
      expect(list + rows).not.toContain('SECRET')
      expect(warnings).toMatch(/s: 1 archives are not offered, .*\(line 3: A\)/)
      const whole = line
        .replace('"append"', '"default"')
        .replace(tail, `http://o/a/index.m3u8?password=SECRET-9f3a&utc={utc}`)
      const mended = await shown(
        `#EXTM3U\n${whole}\nhttp://o/a/index.m3u8?username=USER&password=SECRET-9f3a\n`,
      )
      expect(mended.warnings).not.toContain('archives')
      expect(mended.list).toMatch(/catchup-source="[^"]+"/)
      expect(mended.list + mended.rows).not.toContain('SECRET')
    },
  )

  test('an archive below the channel without one stays where it is', async () => {
    const { list } = await shown(
      '#EXTM3U\n#EXTINF:-1 tvg-id="a" catchup="default" catchup-days="2" catchup-source="http://o/a/archive-{utc}.m3u8?q=hd",A\nhttp://o/a/index.m3u8?token=SECRET-9f3a\n',
    )
    expect(list).toContain('/a/archive-{utc}.m3u8?q=hd"')
  })
})

const USER = 'mikhail77'
const PASSWORD = 'Zx9kQw41'
const BASE64 = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')

/** Addresses of streams in which providers put a login. */
const STREAMS = [
  ['a panel', `http://panel:8080/${USER}/${PASSWORD}/78`],
  ['a panel in a folder', `http://panel/tv/live/${USER}/${PASSWORD}/78.m3u8`],
  ['a panel with names', `http://panel/live/${USER}/${PASSWORD}/ort-hd.ts`],
  ['a panel, encoded', `http://panel/live/${USER}/Zx9k%51w41/78.ts`],
  ['a film', `http://panel/movie/${USER}/${PASSWORD}/78.mkv`],
  ['an archive', `http://panel/timeshift/${USER}/${PASSWORD}/60/2026-11-30:10-00/78.ts`],
  ['an archive by ticket', `http://panel/timeshift/${PASSWORD}/60/2026-11-30:10-00/78.ts`],
  ['a script', `http://panel/timeshift.php?username=${USER}&password=${PASSWORD}&stream=78`],
  [
    'a ticket before user and password',
    `http://panel/hlsr/a1b2c3d4/${USER}/${PASSWORD}/78/x/0.m3u8`,
  ],
  ['a ticket', `http://panel/play/${PASSWORD}/ts`],
  ['a ticket behind a folder', `http://panel/iptv/${PASSWORD}/101/index.m3u8`],
  ['a ticket at the top', `http://panel/${PASSWORD}/a/index.m3u8`],
  ['a portal', `http://panel/play/live.php?mac=00:1A:79:00:00:01&play_token=${PASSWORD}`],
  ['short names', `http://panel/x.php?u=${USER}&p=${PASSWORD}&id=7`],
  ['a signature', `http://panel/a/x.m3u8?md5=${PASSWORD}&expires=1999999999`],
  ['a parameter of the path', `http://panel/a/index.m3u8;token=${PASSWORD}`],
  ['a login before the host', `http://${USER}:${PASSWORD}@panel/a/index.m3u8`],
] as const

/** Where else it may stand. */
const PLACES = [
  ...[
    `http://panel/logo.php?u=x&p=${PASSWORD}`,
    `http://panel/img/${PASSWORD}.png`,
    `/img/${PASSWORD}/1.png`,
    `http://l/i?src=http%3A%2F%2Fpanel%2F${PASSWORD}%2F1.png`,
    `http://l/i?src=http%253A%252F%252Fpanel%252F${PASSWORD}%252F1.png`,
    'http://panel/i/Zx9k%51w41/1.png',
  ].flatMap((url) => [
    (stream: string) => `#EXTM3U\n#EXTINF:-1 tvg-logo="${url}",A\n${stream}\n`,
    (stream: string) => `#EXTM3U\n#EXTINF:-1 tvg-logo='${url}',A\n${stream}\n`,
    (stream: string) => `#EXTM3U\n#EXTINF:-1 tvg-logo=${url} radio,A\n${stream}\n`,
    (stream: string) => `#EXTM3U url-tvg="http://g/x.xml,${url}"\n#EXTINF:-1,A\n${stream}\n`,
  ]),
  (stream: string) => `#EXTM3U\n#EXTINF:-1,Until 2027 ${PASSWORD}\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1 group-title="of x/${PASSWORD}",A\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1,A\n#EXTGRP:of ${PASSWORD}\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1 ${PASSWORD} tvg-id="a",A\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1 tvg-id="a" tvg-name="A ${PASSWORD}"\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1 catchup-id="x/${PASSWORD}/7",A\n${stream}\n`,
  (stream: string) =>
    `#EXTM3U x-pass="${PASSWORD}" note="it is ${PASSWORD}|"\n#EXTINF:-1,A\n${stream}\n`,
  (stream: string) => `#EXTM3U\n# ${stream}\n#EXTINF:-1,A\n${stream}\n`,
  (stream: string) =>
    `#EXTM3U\n#EXTINF:-1,A\n#EXTVLCOPT:http-user-agent=Box ${PASSWORD}\n${stream}\n`,
  (stream: string) => `#EXTM3U\n#EXTINF:-1,A\n${stream}|User-Agent=Box%20${PASSWORD}\n`,
]

describe.each(STREAMS)('a login in the address of %s', (_, stream) => {
  test('stands nowhere else in a list', async () => {
    for (const place of PLACES) {
      const { list, rows } = await shown(place(stream))
      expect(list).toMatch(/^@@\/.+/m)
      expect(list + rows, place(stream)).not.toMatch(/Zx9k(?:Q|%51)w41/)
    }
  })
})

test('a user of the provider with its password is known in Base64, by name, and from the address of the list', async () => {
  const address = `http://panel/get.php?username=${USER}&password=${PASSWORD}&type=m3u_plus&output=ts`
  const text = `#EXTM3U url-tvg="http://panel/${USER}/epg"
#EXTINF:-1 tvg-logo="http://l/?b=${BASE64}" group-title="${USER}",To ${USER}
#EXTVLCOPT:http-referrer=http://panel/${PASSWORD}/
http://cdn/a/index.m3u8
`
  const known = await shown(text, address)
  expect(known.list + known.rows).not.toMatch(/mikhail77|Zx9kQw41|bWlra/)
  expect(known.list).toContain(',To …')
  const other = await shown(text)
  expect(other.list).toContain(`,To ${USER}`)
})

test('numbers, names of channels and folders of streams are no logins', async () => {
  const text = `#EXTM3U url-tvg="http://g/h264/epg.xml"
#EXTINF:-1 tvg-id="rtl-2-hd" tvg-logo="http://l/rtl-2-hd.png?hash=0a1b2c" group-title="hls-2/films",RTL 2
http://o/hls-2/films/rtl-2-hd/index.m3u8?id=rtl-2-hd&sid=rtl-2-hd&quality=1080p50&u=42
#EXTINF:-1 tvg-id="3sat" tvg-logo="http://o/ab12cd34ef/logo.png",3sat
http://o/ab12cd34ef/index.m3u8
`
  const { list, warnings } = await shown(text)
  expect(warnings).not.toContain('login')
  for (const kept of text.match(/(?:tvg-logo|tvg-id|group-title|url-tvg)="[^"]+"/g) ?? [])
    expect(list).toContain(kept)
})
