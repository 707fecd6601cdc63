import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      stream: { origin: origin.url, base: '/ts/ch1/', entry: 'live.ts', protocol: 'mpegts' },
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
