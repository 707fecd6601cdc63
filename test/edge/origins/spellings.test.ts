import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, ledAndUnled } from '../rig/tables.ts'

let rig: Rig
/** Bytes of arguments: with the rest of a request's first line, close to the most that nginx reads of one. */
const LONG = 31_000
const MANIFEST = { type: 'application/vnd.apple.mpegurl', body: '#EXTM3U\n#EXTINF:6,\n1.ts\n' }
const MPD = { type: 'application/dash+xml', body: '<MPD type="static"><Period/></MPD>' }

beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: ledAndUnled }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', groups: ['all', 'unled'] },
      dash: {
        origin: origin.url,
        base: '/dash/ch1/',
        entry: 'top.mpd',
        protocol: 'dash',
        groups: ['all', 'unled'],
      },
      stream: {
        origin: origin.url,
        base: '/ts/ch1/',
        entry: 'live.ts',
        protocol: 'mpegts',
        groups: ['all', 'unled'],
      },
      'long-stream': {
        origin: origin.url,
        base: '/ts/ch2/',
        entry: 'live.ts',
        query: `token=${'t'.repeat(LONG)}`,
        protocol: 'mpegts',
        groups: ['all', 'unled'],
      },
    })
    origin.files.set('*', { type: 'video/mp2t', body: 'G' })
  })
})
afterAll(async () => {
  await rig?.stop()
})

/** The status of an address that is sent as it stands, and where it leads. */
const ask = (path: string, referer = ''): Promise<[status: number, location: string]> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(rig.url)
    // Manifests are fetched once for all that are asked for with one Referer.
    const headers = referer === '' ? {} : { referer }
    const asked = request({ hostname, port, path, headers, agent: false }, (answer) => {
      resolve([answer.statusCode ?? 0, answer.headers.location ?? ''])
      answer.destroy()
    })
    asked.on('error', reject).end()
  })

const PATHS = [
  'a%2Fb',
  'a%2fb',
  '%2Fa',
  'a//b',
  '/a',
  'a///b',
  'a/%2F/b',
  'a%5Cb',
  'a%3Fb',
  'a%23b',
  'a%25b',
  'a%252Fb',
  'a%20b',
  'a+b',
  'a%2Bb',
  'a;b=1',
  'a%3Bb',
  'a:b',
  'a%3Ab',
  "a'(b)!*",
  'a%7Eb',
  'a~b',
  '%61b',
  'a%c3%a9',
  'a%C3%A9',
  'a,b=c&d',
  'a%26b',
  'a@b',
  '@b',
  '%40b',
  'a$b',
  'a|b',
  'a%7Cb',
  'a[b]',
  'a.b/c',
  '.a',
  'a/.b',
  'a%FFb',
]
/** What nginx resolves; below a pass for a stream none is taken. */
const DOTS = ['%2e%2e/a', 'a%2F..%2Fb', '%2E/a']
const QUERIES = [
  '',
  '?',
  '?a=1',
  '?a=%2F%2f',
  '?a=//b',
  '?a=b?c',
  '?a=+%20',
  '?a=1&a=2',
  '?&&a',
  '?a=%C3%A9',
  '?token=1&ticket=2',
  '?utc=1',
  '?a=|b',
  '?a=%7Cb',
  '?a=%00',
  '?a={b}^`',
  '?CMCD=br%3D1',
  '?a=../b',
]

/** What the origin was asked with for an address below a folder. */
const reached = async (folder: string, rest: string): Promise<string | undefined> => {
  rig.origin.seen.length = 0
  await ask(folder + rest, `http://page${folder.length}.example/`)
  return rig.origin.seen[0]?.url
}

const folderOf = async (channel: string, entry: string, account: string): Promise<string> => {
  const [, location] = await ask(`/live/${rig.ticket({ account })}/${channel}/${entry}`)
  return location.replace(/[^/]*$/, '')
}

const ROUTES = {
  segment: ['ch1', 'index.m3u8', '.ts'],
  key: ['ch1', 'index.m3u8', '.key'],
  playlist: ['ch1', 'index.m3u8', '.m3u8'],
  'manifest of DASH': ['dash', 'manifest.mpd', '.mpd'],
  'fragment of DASH': ['dash', 'manifest.mpd', '.m4s'],
  archive: ['ch1', 'index.m3u8', '/index-1700000000-60.m3u8'],
  stream: ['stream', 'stream.ts', '/mpegts'],
} as const
/** Of one session. */
const MOST_STREAMS = 5

test.each(Object.entries(ROUTES))(
  'an address reaches the origin below a ticket as below a pass: %s',
  async (name, [channel, entry, ending]) => {
    const { files } = rig.origin
    if (ending.endsWith('m3u8')) files.set('*', MANIFEST)
    if (ending.endsWith('mpd')) files.set('*', MPD)
    const paths = name === 'stream' ? PATHS : [...PATHS, ...DOTS]
    const wanted = [
      ...paths.map((it) => `${it}${ending}`),
      ...QUERIES.map((it) => `x${ending}${it}`),
    ]
    const differ: unknown[] = []
    let [pass, ticket, reachedBoth] = ['', '', 0]
    for (const [at, rest] of wanted.entries()) {
      if (at % (name === 'stream' ? MOST_STREAMS : wanted.length) === 0) {
        pass = await folderOf(channel, entry, `own:${name}${at}`)
        ticket = `/live/${rig.ticket({ group: 'unled', account: `own:${name}-${at}` })}/${channel}/`
      }
      const [led, unled] = [await reached(pass, rest), await reached(ticket, rest)]
      if (led !== unled) differ.push([rest, led, unled])
      else if (led !== undefined) reachedBoth += 1
    }
    files.set('*', { type: 'video/mp2t', body: 'G' })
    expect(differ).toEqual([])
    expect(reachedBoth).toBeGreaterThan(wanted.length * 0.8)
  },
)

test.each(Object.entries(ROUTES))(
  'long arguments reach the origin below a pass and below a ticket: %s',
  async (name, [channel, entry, ending]) => {
    const { files } = rig.origin
    if (ending.endsWith('m3u8')) files.set('*', MANIFEST)
    if (ending.endsWith('mpd')) files.set('*', MPD)
    const rest = `long${ending}?a=${'q'.repeat(LONG)}`
    const pass = await folderOf(channel, entry, `own:long-${name}`)
    const ticket = `/live/${rig.ticket({ group: 'unled', account: `own:long ${name}` })}/${channel}/`
    for (const folder of [pass, ticket])
      expect((await reached(folder, rest))?.length).toBeGreaterThan(LONG)
    files.set('*', { type: 'video/mp2t', body: 'G' })
  },
)

test('a stream whose own address has long arguments is asked for with them', async () => {
  const pass = await folderOf('long-stream', 'stream.ts', 'own:long-stream')
  const ticket = `/live/${rig.ticket({ group: 'unled', account: 'own:long-unled' })}/long-stream/`
  for (const path of [`${pass}live.ts`, `${ticket}stream.ts`])
    expect((await reached(path, ''))?.length).toBeGreaterThan(LONG)
})
