import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
let six: TestOrigin
beforeAll(async () => {
  six = await startOrigin(0, '::1')
  rig = await startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true, cap: 0 })] }
      stub.tables.channels.rows = channelRows({
        hls: { origin: six.url, base: '/hls/' },
        dash: { origin: six.url, base: '/dash/', entry: 'live.mpd', protocol: 'dash' },
        ts: { origin: six.url, base: '/ts/', entry: 'stream.ts', protocol: 'mpegts' },
        other: { origin: six.url, base: '/other/' },
      })
    },
    (it) => ({ ...it, origins: [...it.origins, six.url] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  await six?.stop()
})

const open = async (channel: string, file = 'index.m3u8'): Promise<string> => {
  const opened = await rig.get(
    `/live/${rig.ticket({ account: `own:${channel}` })}/${channel}/${file}`,
  )
  expect(opened.status).toBe(302)
  return opened.headers.get('location') ?? ''
}
const read = async (path: string) => {
  const answer = await fetch(new URL(path, rig.url), { headers: { connection: 'close' } })
  return { answer, text: await answer.text() }
}

test('an origin by an IPv6 address: each spelling of it is one host, and it is asked by its own name', async () => {
  const { port } = six
  const spellings = [
    `http://[::1]:${port}/far/`,
    `//[::1]:${port}/far/`,
    `http://[0:0:0:0:0:0:0:1]:${port}/far/`,
    `http://[0000::0001]:${port}/far/`,
    `HTTP://[::0:1]:${port}/far/`,
  ]
  for (const [at] of spellings.entries())
    six.files.set(`/far/${at}.ts`, { type: 'video/mp2t', body: `far ${at}` })
  six.files.set('/hls/own.ts', { type: 'video/mp2t', body: 'own' })
  six.files.set('/other/1.ts', { type: 'video/mp2t', body: 'others' })
  const lines = [...spellings.map((it, at) => `${it}${at}.ts`), `http://[::1]:${port}/hls/own.ts`]
  six.files.set('/hls/index.m3u8', {
    type: HLS,
    body: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${lines.map((it) => `#EXTINF:2,\n${it}\n`).join('')}`,
  })
  const list = await read(await open('hls'))
  const shown = list.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(list.text).not.toContain('::')
  const segments = await Promise.all(
    shown.map(async (it) => await read(new URL(it, list.answer.url).href)),
  )
  expect(segments.map(({ text }) => text)).toEqual([
    ...spellings.map((_, at) => `far ${at}`),
    'own',
  ])
  expect(new Set(six.seen.map(({ headers }) => headers.host))).toEqual(new Set([`[::1]:${port}`]))
  // Another channel's directory stays shut.
  const others = await rig.get(new URL('../other/1.ts', list.answer.url).pathname)
  expect(others.status).not.toBe(200)
})

test('redirections and bases lead there', async () => {
  const { port } = six
  six.moved.set('/hls/moved.ts', `http://[0:0:0:0:0:0:0:1]:${port}/far/there.ts`)
  six.moved.set('/hls/moved.m3u8', `//[::1]:${port}/far/list.m3u8`)
  six.moved.set('/ts/stream.ts', `http://[::1]:${port}/far/mpegts`)
  six.files.set('/far/there.ts', { type: 'video/mp2t', body: 'there' })
  six.files.set('/far/list.m3u8', {
    type: HLS,
    body: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nthere.ts\n',
  })
  six.files.set('/dash/live.mpd', {
    type: 'application/dash+xml',
    body: `<MPD><BaseURL>http://[0::1]:${port}/far/</BaseURL><Period><AdaptationSet><Representation id="1"><BaseURL>there.ts</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  })
  const root = (await open('hls')).replace(/[^/]*$/, '')
  expect((await read(`${root}moved.ts`)).text).toBe('there')
  const list = await read(`${root}moved.m3u8`)
  const [segment = ''] = list.text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect((await read(new URL(segment, list.answer.url).href)).text).toBe('there')
  const mpd = await read(await open('dash', 'live.mpd'))
  expect(mpd.text).not.toContain('::')
  const bases = [...mpd.text.matchAll(/<BaseURL>([^<]*)</g)].map(([, it = '']) => it)
  const file = bases.reduce((at, it) => new URL(it, at).href, mpd.answer.url)
  expect((await read(file)).text).toBe('there')
  const leave = new AbortController()
  const stream = await fetch(new URL(await open('ts', 'stream.ts'), rig.url), {
    signal: leave.signal,
  })
  leave.abort()
  expect(stream.status).toBe(200)
})
