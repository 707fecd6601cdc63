import { expect, test } from 'vitest'
import { parseHeaderLine, parseInfoLine } from '../../../../control/playlists/m3u/info-line.ts'

test.each([
  [
    'tvg-id="x tvg-name="Y" group-title="R",N',
    { 'tvg-id': 'x', 'tvg-name': 'Y', 'group-title': 'R' },
    'tvg-id: its quote is never closed',
  ],
  [
    'tvg-id="x"/group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'group-title: there is something before it',
  ],
  [
    'tvg-id="x"|group-title="R"|,N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'group-title: there is something before it',
  ],
  ['tvg-id="x"|,N', { 'tvg-id': 'x' }, 'not read: |'],
  [
    'tvg-id="x" tvg-shift=-1,5 group-title="R",N',
    { 'tvg-id': 'x', 'tvg-shift': '-1.5', 'group-title': 'R' },
    'tvg-shift: there is a comma in it',
  ],
  [
    'tvg-id="x,group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'tvg-id: its quote is never closed',
  ],
  [
    'tvg-id="x" group-title="R S,N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'group-title: its quote is never closed',
  ],
  [
    'tvg-id="x" group-title=R S",N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'group-title: its quote is never opened',
  ],
  [
    'tvg-id=x" group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'tvg-id: its quote is never opened',
  ],
  [
    'tvg-id=""x"" group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'tvg-id: its quotes are doubled',
  ],
  [
    'tvg-id="x"" group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'tvg-id: its quotes are doubled',
  ],
  [
    'tvg-id="x" some words group-title="R",N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'not read: some words',
  ],
  [
    'tvg-id="x" group-title="R" N',
    { 'tvg-id': 'x', 'group-title': 'R' },
    'the comma before the name is missing',
  ],
  [
    'tvg-id=“x” group-title=„Big news“,N',
    { 'tvg-id': 'x', 'group-title': 'Big news' },
    'tvg-id: its quotes are typographic',
  ],
  [
    'tvg-id=x tvg-chno=7tvg-name="Y" group-title=Rtvg-logo=\'l\',N',
    { 'tvg-id': 'x', 'tvg-chno': '7', 'tvg-name': 'Y', 'group-title': 'R', 'tvg-logo': 'l' },
    'tvg-chno: it runs into the next attribute',
  ],
  [
    'tvg-id="x" description="say "hello", then go",N',
    { 'tvg-id': 'x', description: 'say "hello", then go' },
    'description: there are quotes and a comma in it',
  ],
  [
    'tvg-id=\\"x\\" group-title=\\"R S\\",N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: its quotes are escaped',
  ],
  [
    'tvg-id=&quot;x&quot; group-title=&quot;R S&quot;,N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: its quotes are escaped',
  ],
  [
    'tvg-id=‘x’ group-title=‹R S›,N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: its quotes are typographic',
  ],
  [
    'tvg-name="A, "B", C" tvg-id="x" group-title="R",N',
    { 'tvg-name': 'A, "B', 'tvg-id': 'x', 'group-title': 'R' },
    'tvg-name: there are quotes and a comma in it',
  ],
  [
    'tvg-extras="{"a":"b","c":1}" tvg-id="x" group-title="R",N',
    { 'tvg-extras': '{"a":"b', 'tvg-id': 'x', 'group-title': 'R' },
    'not read: "c":1}"',
  ],
  [
    'tvg-id="x" group-title="R "S" T",N',
    { 'tvg-id': 'x', 'group-title': 'R "S" T' },
    'group-title: there are quotes in it',
  ],
  [
    'tvg-id="x" group-title="R \\"S\\"",N',
    { 'tvg-id': 'x', 'group-title': 'R "S"' },
    'group-title: there are quotes in it',
  ],
  ...['`', '´', '″', '＂', '’', '»', '%22', '&#34;', "\\'"].map(
    (quote): [string, Record<string, string>, string] => [
      `tvg-id=${quote}x${quote} group-title=${quote}R S${quote},N`,
      { 'tvg-id': 'x', 'group-title': 'R S' },
      `tvg-id: its quotes are ${/[%&\\]/.test(quote) ? 'escaped' : 'typographic'}`,
    ],
  ),
  [
    'tvg-id="x” group-title=“R S",N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: its quote is never closed',
  ],
  [
    `tvg-id=''x'' group-title=''R S'',N`,
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: its quotes are doubled',
  ],
  [
    'tvg-id=>"x" group-title=="R S",N',
    { 'tvg-id': 'x', 'group-title': 'R S' },
    'tvg-id: there is something before it',
  ],
  ['tvg-id="x" group-title="R","S",N', { 'tvg-id': 'x', 'group-title': 'R' }, 'not read: "S",'],
  [
    'tvg-logo=data:image/png;base64,AA== tvg-id=x,N',
    { 'tvg-logo': 'data:image/png;base64,AA==', 'tvg-id': 'x' },
    'tvg-logo: there is a comma in it',
  ],
  ['tvg–id="x",N', { 'tvg–id': 'x' }, 'not read: tvg–id, which is no tvg-id'],
  ['tvg-id="x"，N', { 'tvg-id': 'x' }, 'the comma before the name is missing'],
  [
    'tvg-chno=a,b tvg-id=x group-title=R,N',
    { 'tvg-chno': 'a', 'tvg-id': 'x', 'group-title': 'R' },
    'not read: b',
  ],
  [
    'tvg-chno=7group-title=R tvg-id="x",N',
    { 'tvg-chno': '7', 'group-title': 'R', 'tvg-id': 'x' },
    'tvg-chno: it runs into the next attribute',
  ],
  [',-1 tvg-id="x",N', { 'tvg-id': 'x' }, 'not read: -1'],
  ['tvg-id="x"N', { 'tvg-id': 'x' }, 'the comma before the name is missing'],
  ['tvg-id="x"HD,N', { 'tvg-id': 'x' }, 'not read: HD'],
  [
    'tvg-id="x" group-title="R &amp; S",N',
    { 'tvg-id': 'x', 'group-title': 'R &amp; S' },
    'group-title: an HTML entity in it is taken as it stands',
  ],
  ['tvg-id="x" tvg-id="y",N', { 'tvg-id': 'y' }, 'tvg-id stands twice: the first counts'],
])('%s is read as far as it goes, and said', (rest, attributes, problem) => {
  const info = parseInfoLine(`#EXTINF:-1 ${rest}`)
  expect(info.name).toBe('N')
  expect(Object.fromEntries(info.attributes.map((one) => [one.name, one.value]))).toEqual(
    attributes,
  )
  expect(info.problems).toContain(problem)
})

test('hours with a comma at the end of #EXTM3U are hours', () => {
  expect(parseHeaderLine('#EXTM3U catchup-days=3 tvg-shift=-1,5')).toMatchObject({
    attributes: [{ name: 'catchup-days' }, { name: 'tvg-shift', value: '-1.5' }],
    problems: ['tvg-shift: there is a comma in it'],
  })
})
