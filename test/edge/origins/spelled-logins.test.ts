import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * A login of the channel's own address that its origin writes otherwise in manifests, in base64 say, is shown to no viewer, and reaches the origin again byte for byte.
 */

const LOGIN = 'Zx9kQw41'
let rig: Rig
let root: string
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', query: `token=${LOGIN}` },
    })
    origin.files.set('*', { type: 'video/mp4', body: 'video' })
  })
  root = await openFolder(rig, 'ch1')
})
afterAll(() => rig?.stop())

const coded = (before: string, after: string, base: number) =>
  LOGIN.replace(/./g, (one) => before + one.charCodeAt(0).toString(base) + after)
const base64 = (text: string) => Buffer.from(text).toString('base64url')

const SPELLINGS = [
  coded('%', '', 16),
  coded('%25', '', 16),
  `%5a${LOGIN.slice(1)}`,
  `${LOGIN.slice(0, -1)}%31`,
  base64(LOGIN),
  base64(`anna:${LOGIN}`),
  base64(`x${LOGIN}y`),
  coded('', '', 16),
  coded('', '', 16).toUpperCase(),
  LOGIN.toLowerCase(),
  `x${LOGIN}y`,
]
/** None of addresses. */
const IN_TEXT = [coded('&#', ';', 10), coded('&#x', ';', 16), coded(String.raw`\u00`, '', 16)]

let count = 0
const fetched = async (ending: string, body: string) => {
  count += 1
  const name = `m${count}.${ending}`
  const type = ending === 'mpd' ? 'application/dash+xml' : 'application/vnd.apple.mpegurl'
  rig.origin.files.set(`/hls/ch1/${name}`, { type, body })
  const { status, text } = await rig.get((root + name).slice(rig.url.length))
  expect(status).toBe(200)
  return { text, at: root + name, direct: `${rig.origin.url}/hls/ch1/${name}` }
}

const path = (address: URL) => address.pathname + address.search
/** Without the channel's own argument. */
const asked = async (address: URL): Promise<string> =>
  (await askedFor(rig, address)).replace(/[?&]token=Zx9kQw41$/, '')

const REFERENCES = [
  's-§.ts',
  '§/s.ts',
  's.ts?x=§',
  's.ts?a=b:§:c&d=1',
  '/other/§/s.ts?x=§',
  '../§.ts',
]

test.each(SPELLINGS)('HLS with %s', async (spelled) => {
  const wanted = REFERENCES.map((it) => it.replaceAll('§', spelled))
  const { text, at, direct } = await fetched(
    'm3u8',
    `#EXTM3U
#EXT-X-TARGETDURATION:4
# for § a_§_
#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="anna:§"
#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z",X-COM-A="§"
#EXT-X-ODD:user=anna;pass=§
${wanted.map((it) => `#EXTINF:4,a §\n${it}`).join('\n')}
`.replaceAll('§', spelled),
  )
  expect(text).not.toContain(spelled)
  const found = text.split('\n').filter((it) => it !== '' && !it.startsWith('#'))
  for (const [index, reference] of wanted.entries())
    expect(await asked(new URL(found[index] ?? '', at))).toBe(path(new URL(reference, direct)))
})

test.each(SPELLINGS)('DASH with %s', async (spelled) => {
  const medias = ['v-§-$Number$.m4s', '$Number$.m4s?x=§', '/other/§/$Number$.m4s']
  const { text, at, direct } = await fetched(
    'mpd',
    `<MPD type="dynamic"><?player pass=§?><!-- § --><Odd a="§">anna:§</Odd><Period><EventStream><Event>§</Event></EventStream>${medias
      .map((it) => `<AdaptationSet><SegmentTemplate media="${it}"/></AdaptationSet>`)
      .join('')}</Period></MPD>`.replaceAll('§', spelled),
  )
  expect(text).not.toContain(spelled)
  const found = [...text.matchAll(/media="([^"]*)"/g)].map(([, it = '']) =>
    it.replace('$Number$', '7'),
  )
  for (const [index, media] of medias.entries()) {
    const wanted = media.replaceAll('§', spelled).replace('$Number$', '7')
    expect(await asked(new URL(found[index] ?? '', at))).toBe(path(new URL(wanted, direct)))
  }
})

test.each([...SPELLINGS, ...IN_TEXT])('in words: %s', async (spelled) => {
  const hls = await fetched('m3u8', `#EXTM3U\n#EXT-X-ODD:"anna:${spelled}"\n#EXTINF:4,\ns.ts\n`)
  const dash = await fetched(
    'mpd',
    `<MPD><?odd ${spelled}?><Odd a="${spelled}">${spelled}</Odd></MPD>`,
  )
  for (const { text } of [hls, dash]) expect(text).not.toContain(spelled)
  expect(hls.text).toContain('\ns.ts\n')
})
