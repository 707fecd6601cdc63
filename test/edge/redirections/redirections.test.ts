import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, ledAndUnled } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    const origins = [{ host: '127.0.0.1', redirects: ['nowhere.invalid'], shares: true }]
    stub.policy = { ...stub.policy, groups: ledAndUnled, origins }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', groups: ['all', 'unled'] },
      stream: {
        origin: origin.url,
        base: '/ts/ch1/',
        entry: 'live.ts',
        protocol: 'mpegts',
        groups: ['all', 'unled'],
      },
    })
  })
})
afterAll(async () => {
  await rig?.stop()
})

const open = async (channel = 'ch1', account = 'own:1'): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket({ account })}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

test.each(['seg.ts', 'list.m3u8'])(
  'a redirection leads to a long address, with long cookies: %s',
  async (name) => {
    const token = 'T'.repeat(16_000)
    const cookies = ['a', 'b'].map((it) => `${it}=${it.repeat(3000)}`)
    rig.origin.files.set(`/hls/ch1/last/${name}`, {
      type: name.endsWith('ts') ? 'video/mp2t' : HLS,
      body: '#EXTM3U\nx.ts\n',
    })
    rig.origin.moved.set(`/hls/ch1/${name}`, `/hls/ch1/last/${name}?token=${token}`)
    rig.origin.headers.set(`/hls/ch1/${name}`, {
      'Set-Cookie': cookies.map((it) => `${it}; Path=/`),
    })
    const answer = await rig.get((await open()) + name)
    expect([answer.status, answer.headers.getSetCookie().length]).toEqual([200, 2])
    const last = rig.origin.seen.at(-1)
    expect(last?.url).toBe(`/hls/ch1/last/${name}?token=${token}`)
    expect(last?.headers.cookie).toBe(cookies.join('; '))
  },
)

test('a ticket that only a redirection gave is shown in no address of the manifests behind it', async () => {
  const ticket = 'qT7wE3rR9y'
  const { files, moved, seen } = rig.origin
  const playlist = (body: string) => ({ type: HLS, body: `#EXTM3U\n${body}` })
  moved.set('/hls/ch1/given.m3u8', `/edge7/top.m3u8?token=${ticket}&x=1`)
  files.set(
    '/edge7/top.m3u8',
    playlist(`#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8?t=1&token=${ticket}\n`),
  )
  files.set(
    '/edge7/low.m3u8',
    playlist(
      `#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI="/edge7/init.mp4?sid=${ticket}"\n#EXTINF:6,\n` +
        `1.ts?token=${ticket}\n#EXTINF:6,\n${ticket}-2.ts\n#EXTINF:6,\n3.ts?x=1\n`,
    ),
  )
  const named = ['init.mp4?sid=', '1.ts?token='].map((it) => `/edge7/${it}${ticket}`)
  named.push(`/edge7/${ticket}-2.ts`, '/edge7/3.ts?x=1')
  for (const path of ['/edge7/init.mp4', '/edge7/1.ts', `/edge7/${ticket}-2.ts`, '/edge7/3.ts'])
    files.set(path, { type: 'video/mp2t', body: path })
  const root = await open('ch1', 'own:given')
  const top = await rig.get(`${root}given.m3u8`)
  const low = /^[^#\n].*\.m3u8$/m.exec(top.text)?.[0] ?? ''
  const media = await rig.get(root + low)
  expect([top.status, media.status]).toEqual([200, 200])
  expect(top.text + media.text).not.toContain(ticket)
  const up = new URL(low, 'http://h/').pathname.replace(/[^/]*$/, '').slice(1)
  seen.length = 0
  for (const [, line = '', uri = ''] of media.text.matchAll(/^([^#\n].*)$|URI="([^"]*)"/gm)) {
    const path = new URL(line || uri, `http://h${root.replace(/^https?:\/\/[^/]+/, '')}${up}`)
      .pathname
    const query = new URL(line || uri, 'http://h/').search
    const answer = await rig.get(path + query)
    expect(answer.status).toBe(200)
  }
  expect(seen.map((it) => it.url)).toEqual(named)
})

test('arguments of a redirection reach its target as the origin wrote them', async () => {
  const query = '?a=+%20%2F%2B;b&~|c=&d=&d=2&d=1&none&&e={f}^`\\\\&token=abc&ticket=q&session=1'
  const root = await open('ch1', 'own:arguments')
  for (const name of ['args.ts', 'args.m3u8']) {
    rig.origin.files.set(`/far/${name}`, {
      type: name.endsWith('ts') ? 'video/mp2t' : HLS,
      body: '#EXTM3U\nx.ts\n',
    })
    rig.origin.moved.set(`/hls/ch1/${name}`, `/far/${name}${query}`)
    expect((await rig.get(root + name)).status).toBe(200)
    expect(rig.origin.seen.at(-1)?.url).toBe(`/far/${name}${query}`)
  }
})

describe('a list of one address in place of a playlist', () => {
  const TICKET = 'qT7wE3rR9z'
  const listOf = (address: string): { type: string; body: string } => ({
    type: 'audio/x-mpegurl',
    body: `#EXTM3U\n#EXTINF:-1,A channel\n${address}\n`,
  })
  const media = { type: HLS, body: '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n1.ts\n' }

  test.each([
    ['full', (url: string) => listOf(`${url}/far/index.m3u8?token=${TICKET}`)],
    ['without an ending', (url: string) => listOf(`${url}/far/play?token=${TICKET}`)],
    ['relative', () => listOf(`../../far/index.m3u8?token=${TICKET}`)],
    ['alone', (url: string) => ({ type: HLS, body: `${url}/far/index.m3u8?token=${TICKET}\n` })],
    [
      'of a list',
      (url: string) => {
        rig.origin.files.set('/far/list.m3u8', listOf(`index.m3u8?token=${TICKET}`))
        return listOf(`${url}/far/list.m3u8`)
      },
    ],
  ])('is followed, as players of lists do: %s', async (name, list) => {
    const { files, seen, url } = rig.origin
    const file = `${name.replaceAll(' ', '-')}.m3u8`
    files.set(`/hls/ch1/${file}`, list(url))
    for (const it of ['index.m3u8', 'play']) files.set(`/far/${it}`, media)
    files.set('/far/1.ts', { type: 'video/mp2t', body: 'G' })
    const root = await open('ch1', `own:list-${file}`)
    const answer = await rig.get(root + file)
    expect(seen.at(-1)?.url).toMatch(new RegExp(`^/far/(?:index\\.m3u8|play)\\?token=${TICKET}$`))
    expect(answer.text).toMatch(
      /^#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n@\/~[\w-]+\/1\.ts\n$/,
    )
    expect((await rig.get(root + (answer.text.split('\n')[3] ?? ''))).text).toBe('G')
  })

  test.each(['live.ts', 'stream.ts', 'radio/mpegts'])(
    'of a file or stream stays, and shows no ticket: %s',
    async (name) => {
      const { files, seen, url } = rig.origin
      const file = `of-${name.replace('/', '-')}.m3u8`
      files.set(`/hls/ch1/${file}`, listOf(`${url}/far/${name}?token=${TICKET}`))
      files.set(`/far/${name}`, { type: 'video/mp2t', body: 'G' })
      const root = await open('ch1', `own:file-${file}`)
      const answer = await rig.get(root + file)
      expect(answer.text).toMatch(/^#EXTM3U\n#EXTINF:-1,A channel\n@\/~.*\n$/)
      expect(answer.text).not.toContain(TICKET)
      if (name !== 'live.ts') return
      expect((await rig.get(root + (answer.text.split('\n')[2] ?? ''))).text).toBe('G')
      expect(seen.at(-1)?.url).toBe(`/far/${name}?token=${TICKET}`)
    },
  )

  test.each(['index.m3u8', 'live.ts', ''])(
    'to a host that the edge does not go to leads past it: %s',
    async (name) => {
      const file = `past${name}.m3u8`
      rig.origin.files.set(
        `/hls/ch1/${file}`,
        listOf(`http://elsewhere.example/${name}?token=${TICKET}`),
      )
      const answer = await rig.get((await open('ch1', `own:past-${name}`)) + file)
      expect([answer.status, answer.reason]).toEqual([502, 'origin.elsewhere'])
      expect(answer.text).not.toContain(TICKET)
    },
  )
})

describe('a server that a redirection names and nobody reaches', () => {
  const places: Readonly<Record<string, readonly [path: string, of: () => Promise<string>]>> = {
    segment: ['/hls/ch1/there.ts', async () => `${await open('ch1', 'own:there')}there.ts`],
    list: ['/hls/ch1/there.m3u8', async () => `${await open('ch1', 'own:list')}there.m3u8`],
    stream: ['/ts/ch1/live.ts', async () => `${await open('stream', 'own:stream')}live.ts`],
    'segment without a pass': [
      '/hls/ch1/unled.ts',
      () =>
        Promise.resolve(`/live/${rig.ticket({ group: 'unled', account: 'own:a' })}/ch1/unled.ts`),
    ],
    'stream without a pass': [
      '/ts/ch1/live.ts',
      () =>
        Promise.resolve(`/live/${rig.ticket({ group: 'unled', account: 'own:b' })}/stream/live.ts`),
    ],
  }

  test.each(Object.entries(places))('is told: %s', async (_name, [path, of]) => {
    const dead = `http://127.0.0.1:${await freePort()}`
    rig.origin.moved.set(path, `${dead}/x`)
    const answer = await rig.get(await of())
    expect([answer.status, answer.reason]).toEqual([502, 'origin.unreachable'])
    const reported = () => rig.stub.syncs.flatMap(({ failures = [] }) => failures)
    await until('a report', () => reported().some(([origin]) => origin === dead))
  })

  test.each(['segment', 'list', 'stream'])('by a name that is not found: %s', async (kind) => {
    const [path = '', of] = places[kind] ?? []
    rig.origin.moved.set(path, 'http://nowhere.invalid/x')
    const answer = await rig.get((await of?.()) ?? '')
    expect([answer.status, answer.reason]).toEqual([502, 'origin.unreachable'])
  })

  test.each(Object.entries(places))(
    'is not asked again, but who named it: %s',
    async (_name, [path, of]) => {
      const { files, moved, seen } = rig.origin
      moved.set(path, `http://127.0.0.1:${await freePort()}/x`)
      const there = `/there/${path.slice(-9)}`
      const type = path.endsWith('ts') ? 'video/mp2t' : HLS
      files.set(there, {
        type,
        body: (type === HLS ? '#EXTM3U\n1.ts\n' : 'G').padEnd(600_000, '#'),
      })
      const from = await of()
      seen.length = 0
      const asked = rig.get(from)
      await until('a question', () => seen.length > 0)
      moved.set(path, there)
      expect((await asked).status).toBe(200)
      expect(seen.map(({ url }) => url)).toEqual([path, path, there])
    },
  )
})

test.each([':99999', ':65536', ':0', ':1:2', ':abc'])(
  'a redirection to a port that is none leads past the edge: %s',
  async (port) => {
    const to = `http://127.0.0.1${port}/x`
    // Connections of one session that follow each other closely would be taken for those of several players.
    const account = `own:${port.slice(1)}`
    const [root, streamRoot] = await Promise.all([open('ch1', account), open('stream', account)])
    const names = ['odd.m3u8', 'odd.ts'].map(
      (it) => `${port.length}${port.replaceAll(':', '')}${it}`,
    )
    for (const name of names) rig.origin.moved.set(`/hls/ch1/${name}`, to)
    rig.origin.moved.set('/ts/ch1/live.ts', to)
    for (const path of [...names.map((it) => root + it), `${streamRoot}live.ts`]) {
      const answer = await rig.get(path)
      expect([path.slice(-8), answer.status, answer.reason]).toEqual([
        path.slice(-8),
        502,
        'origin.elsewhere',
      ])
    }
  },
)

test.each([
  ['is damaged', 'Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip.\n'],
  ['never comes', 'Content-Length: 500\r\n\r\n'],
  ['breaks off', 'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nff\r\nmoved'],
])('a redirection whose body %s is followed', async (name, rest) => {
  const { files } = rig.origin
  files.set('/far/odd.ts', { type: 'video/mp2t', body: 'G' })
  files.set('/far/odd.m3u8', { type: HLS, body: '#EXTM3U\n#EXTINF:6,\n1.ts\n' })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (head) => {
      const ending = /\.(\w+) HTTP/.exec(head.toString())?.[1] ?? ''
      const to = `${rig.origin.url}/far/odd.${ending}`
      const cookies = 'Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/\r\n'
      socket.write(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\n${cookies}${rest}`)
      if (name === 'breaks off') socket.end()
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  const port = typeof at === 'object' ? at?.port : 0
  const root = await open('ch1', `own:body-${name}`)
  for (const ending of ['ts', 'm3u8']) {
    rig.origin.moved.set(`/hls/ch1/odd.${ending}`, `http://127.0.0.1:${port}/odd.${ending}`)
    const { status, headers } = await rig.get(`${root}odd.${ending}`)
    expect([ending, status, headers.getSetCookie().length]).toEqual([ending, 200, 2])
    expect(rig.origin.seen.at(-1)?.headers.cookie).toBe('a=1; b=2')
  }
  server.close()
})
