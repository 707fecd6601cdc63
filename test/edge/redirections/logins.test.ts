import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, ledAndUnled } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
const DASH = 'application/dash+xml'
const MEDIA = { type: 'video/mp2t', body: 'G'.repeat(600_000) }
const USER = 'provider7'
const WORD = 'p@ss:w0rd/7'
const LOGIN = `${USER}:${encodeURIComponent(WORD)}`
const BASIC = `Basic ${Buffer.from(`${USER}:${WORD}`).toString('base64')}`

let rig: Rig
let balancer: TestOrigin
let login = ''

beforeAll(async () => {
  balancer = await startOrigin()
  login = balancer.url.replace('://', `://${LOGIN}@`)
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: ledAndUnled }
    const both = { origin: origin.url, groups: ['all', 'unled'] }
    stub.tables.channels.rows = channelRows({
      ch1: { ...both, base: '/hls/ch1/' },
      ch2: { ...both, base: '/hls/ch2/', origin: balancer.url },
      stream: { ...both, base: '/ts/ch1/', entry: 'live.ts', protocol: 'mpegts' },
    })
  })
})
afterAll(async () => {
  await rig?.stop()
  await balancer?.stop()
})

const open = async (channel: string, account: string): Promise<string> => {
  const answer = await rig.get(`/live/${rig.ticket({ account })}/${channel}/index.m3u8`)
  return (answer.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

/** What the balancer was asked last, and with which login. */
const last = (): readonly (string | undefined)[] => {
  const { url, headers } = balancer.seen.at(-1) ?? { url: '', headers: {} }
  return [url, headers.authorization]
}

test('a login in a redirection goes to its host, of segments and streams', async () => {
  const { moved } = rig.origin
  balancer.files.set('/far/1.ts', MEDIA)
  moved.set('/hls/ch1/1.ts', `${login}/far/1.ts`)
  moved.set('/ts/ch1/live.ts', `${login}/far/1.ts`)
  const unled = rig.ticket({ group: 'unled', account: 'own:a' })
  for (const path of [
    `${await open('ch1', 'own:1')}1.ts`,
    `${await open('stream', 'own:2')}live.ts`,
    `/live/${unled}/ch1/1.ts`,
    `/live/${unled}/stream/live.ts`,
  ]) {
    const { status, text } = await rig.get(path, { headers: { Authorization: 'Basic dmlld2Vy' } })
    expect([path, status, text.length]).toEqual([path, 200, 600_000])
    expect(last()).toEqual(['/far/1.ts', BASIC])
    expect(rig.origin.seen.at(-1)?.headers.authorization).toBeUndefined()
  }
})

test('it stays with its host, and goes to no other', async () => {
  const { moved, files, seen } = rig.origin
  balancer.files.set('/far/2.ts', MEDIA)
  files.set('/back/3.ts', MEDIA)
  balancer.moved.set('/far/a', 'b')
  balancer.moved.set('/far/b', `${balancer.url}/far/2.ts`)
  balancer.moved.set('/far/c', `${rig.origin.url}/back/3.ts`)
  moved.set('/hls/ch1/2.ts', `${login}/far/a`)
  moved.set('/hls/ch1/3.ts', `${login}/far/c`)
  const root = await open('ch1', 'own:stays')
  expect((await rig.get(`${root}2.ts`)).status).toBe(200)
  expect(last()).toEqual(['/far/2.ts', BASIC])
  expect((await rig.get(`${root}3.ts`)).status).toBe(200)
  expect(last()).toEqual(['/far/c', BASIC])
  expect(seen.at(-1)?.url).toBe('/back/3.ts')
  expect(seen.at(-1)?.headers.authorization).toBeUndefined()
})

test.each([
  [
    'm3u8',
    HLS,
    `#EXTM3U\n# ${USER} ${WORD}\n#EXT-X-MAP:URI="/far/init.mp4"\n#EXTINF:6,\n4.ts?x=1\n`,
  ],
  [
    'mpd',
    DASH,
    `<MPD><!-- ${WORD} --><Period><BaseURL>sub/</BaseURL><AdaptationSet mimeType="video/mp4"><SegmentTemplate media="s$Number$.m4s" initialization="/far/init.mp4"/><Representation id="1"/></AdaptationSet></Period></MPD>`,
  ],
])('manifests behind one name what is asked for with it: %s', async (ending, type, body) => {
  const name = `top.${ending}`
  rig.origin.moved.set(`/hls/ch1/${name}`, `${login}/far/${name}`)
  balancer.files.set(`/far/${name}`, { type, body })
  for (const path of ['/far/4.ts', '/far/init.mp4', '/far/sub/s1.m4s'])
    balancer.files.set(path, MEDIA)
  const root = await open('ch1', `own:${ending}`)
  const { status, text } = await rig.get(root + name)
  expect(status).toBe(200)
  expect(last()).toEqual([`/far/${name}`, BASIC])
  for (const word of [USER, WORD, encodeURIComponent(WORD), BASIC.slice(6), '127.0.0.1'])
    expect(text).not.toContain(word)
  const named = [...text.matchAll(/^([^#<\s].*)$|(?:URI|initialization)="([^"]*)"/gm)]
  const base = /<BaseURL>([^<]*)/.exec(text)?.[1] ?? ''
  const media = /media="([^"]*)/.exec(text)?.[1]?.replace('$Number$', '1')
  const paths = named.map(([, line = '', uri = '']) => base + (line || uri))
  if (media !== undefined) paths.push(base + media)
  balancer.seen.length = 0
  for (const path of paths)
    expect((await rig.get(new URL(path, `http://h${root}`).href.slice(8))).status).toBe(200)
  expect(balancer.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual(
    (ending === 'mpd'
      ? ['/far/init.mp4', '/far/sub/s1.m4s']
      : ['/far/init.mp4', '/far/4.ts?x=1']
    ).map((path) => [path, BASIC]),
  )
})

test('so do addresses in full with a login in a manifest, which opens no other channel', async () => {
  rig.origin.files.set('/hls/ch1/full.m3u8', {
    type: HLS,
    body: `#EXTM3U\n#EXTINF:6,\n${login}/far/5.ts\n#EXTINF:6,\n${login}/far/6.ts\n`,
  })
  for (const path of ['/far/5.ts', '/far/6.ts', '/hls/ch2/x.ts']) balancer.files.set(path, MEDIA)
  const root = await open('ch1', 'own:full')
  const { text } = await rig.get(`${root}full.m3u8`)
  const [, , , , second = ''] = text.split('\n')
  expect(text).not.toContain(USER)
  expect((await rig.get(root + second)).status).toBe(200)
  expect(last()).toEqual(['/far/6.ts', BASIC])
  balancer.seen.length = 0
  const other = second.replace('6.ts', '../hls/ch2/x.ts').replace('far', 'hls')
  expect((await rig.get(root + other)).reason).toBe('path.outside')
  expect(balancer.seen).toEqual([])
})

test('and in one of DASH whose representations lie at other depths, with its keys', async () => {
  const rep = (base: string) => `<Representation id="r"><BaseURL>${base}</BaseURL></Representation>`
  rig.origin.files.set('/hls/ch1/torn.mpd', {
    type: DASH,
    body: `<MPD><Period><AdaptationSet><ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><CryptoPeriod keyUriTemplate="${login}/far/k.bin"/></ContentProtection><SegmentTemplate media="../s$Number$.m4s"/>${rep(`${login}/far/a/b/`)}${rep('http://elsewhere.example/')}</AdaptationSet></Period></MPD>`,
  })
  for (const path of ['/far/a/s1.m4s', '/far/k.bin']) balancer.files.set(path, MEDIA)
  const root = await open('ch1', 'own:torn')
  const { text } = await rig.get(`${root}torn.mpd`)
  const [, key = ''] = /keyUriTemplate="([^"]*)/.exec(text) ?? []
  const [, base = '', , media = ''] =
    /<BaseURL>([^<]*)<\/BaseURL>(<SegmentTemplate media="([^"]*))?/.exec(text) ?? []
  balancer.seen.length = 0
  for (const at of [key, new URL(media.replace('$Number$', '1'), new URL(base, rig.url + root))])
    expect((await rig.get(new URL(at).pathname)).status).toBe(200)
  expect(balancer.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/far/k.bin', BASIC],
    ['/far/a/s1.m4s', BASIC],
  ])
})

test('a host with a login that the edge does not go to is told without it', async () => {
  rig.origin.moved.set('/hls/ch1/past.ts', `http://${LOGIN}@elsewhere.example/x.ts`)
  const { reason } = await rig.get(`${await open('ch1', 'own:past')}past.ts`)
  expect(reason).toBe('origin.elsewhere')
  const reported = () => rig.stub.syncs.flatMap(({ past = [] }) => past)
  await until('a report', () => reported().some(([, at]) => at === 'http://elsewhere.example'))
})
