import { expect, test } from 'vitest'
import { ownValues } from '#domain/addresses/own-arguments'
import { maskLogins } from '#domain/manifests/logins'

const own = ownValues('/live/anna/pass-word/77.m3u8', 'token=SECRET&output=hls4')
const line = (text: string): string => maskLogins(`#EXTM3U\n${text}\n`, own, false).slice(8, -1)

test.each([
  ['# for anna with pass-word', '# for ~own with ~own'],
  ['#EXTINF:4,anna: SECRET', '#EXTINF:4,~own: ~own'],
  [
    '#EXT-X-SESSION-DATA:DATA-ID="x",VALUE="anna/pass-word"',
    '#EXT-X-SESSION-DATA:DATA-ID="x",VALUE="~own/~own"',
  ],
  [
    '#EXT-X-DATERANGE:ID="a",X-USER="anna",X-N=SECRET',
    '#EXT-X-DATERANGE:ID="a",X-USER="~own",X-N=~own',
  ],
  [
    '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="https://ads/?t=SECRET"',
    '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="https://ads/?t=~own"',
  ],
  ['http://elsewhere/anna/pass-word/1.ts?x=SECRET', 'http://elsewhere/~own/~own/1.ts?x=~own'],
  ['//elsewhere/anna/1.ts', '//elsewhere/~own/1.ts'],
])('%s is shown as %s', (from, to) => expect(line(from)).toBe(to))

test.each([
  '# Susanna, SECRETS and hls4',
  'seg-SECRET-1.ts',
  '#EXT-X-MAP:URI="init-anna.mp4"',
  '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key/SECRET",KEYFORMAT="com.apple.streamingkeydelivery"',
])('%s stays', (it) => expect(line(it)).toBe(it))

test('in DASH, what is for people and leads elsewhere; licences stay', () => {
  const text = (login: string, kept: string) =>
    `<MPD><!-- ${login} --><ProgramInformation moreInformationURL="http://x/?t=${login}"><Title>${login}</Title></ProgramInformation>` +
    `<Period><BaseURL a="b">http://elsewhere/${login}/</BaseURL><BaseURL>x/${kept}/</BaseURL><Laurl>http://licences/?t=${kept}</Laurl></Period></MPD>`
  expect(maskLogins(text('SECRET', 'SECRET'), own, true)).toBe(text('~own', 'SECRET'))
})
