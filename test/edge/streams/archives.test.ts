import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { archiveDelayKey, archiveKey, streamNumberKey } from '#domain/channels/channel-table'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
const PACKET = 'G'.repeat(188)
/** The number by which apps know `far`. */
const FAR = 1_000_000_007
let rig: Rig
/** The archive of `far` lies there, on another host than the channel. */
let archive: TestOrigin
beforeAll(async () => {
  archive = await startOrigin(0, '127.0.0.2')
  rig = await startRig((stub, origin) => {
    const panel = { origin: origin.url, base: '/live/USER/PASS/', isClosed: true, isShared: true }
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      x78: { ...panel, entry: '78.ts', protocol: 'mpegts', groups: [] },
      x79: {
        ...panel,
        entry: '79.ts',
        protocol: 'mpegts',
        archive: `${origin.url}/timeshift/USER/PASS/\${duration}/\${start}/79.ts`,
      },
      far: {
        origin: origin.url,
        base: '/hls/far/',
        archive: `${archive.url}/dvr/list.m3u8?from={utc}&key=SECRET`,
      },
      named: { origin: origin.url, base: '/a1/', archive: `${origin.url}/{catchup-id}/arc.m3u8` },
    })
    const { rows } = stub.tables.channels
    rows.set(streamNumberKey(FAR), 'far')
    rows.set(archiveKey('far'), '@catchup/{utc}/index-{utc}-{duration}.m3u8')
    rows.set(archiveDelayKey('far'), '5400')
    stub.identities.set('secret-token', { account: 'own:7', group: 'all' })
  })
})
afterAll(async () => {
  await rig?.stop()
  await archive?.stop()
})
beforeEach(() => {
  rig.origin.seen.length = 0
  archive.seen.length = 0
})

const put = (at: TestOrigin, path: string, body: string, type = HLS) =>
  at.files.set(path, { type, body })
const follow = async (path: string) => {
  const opened = await rig.get(`/live/${rig.ticket()}/${path}`)
  const location = opened.headers.get('location')
  return location === null ? { ...opened, location } : { ...(await rig.get(location)), location }
}
const seen = (at: TestOrigin) => at.seen.map((it) => it.url)

describe('a panel’s archive', () => {
  test('is the channel’s, and its login stays here', async () => {
    put(rig.origin, '/timeshift/USER/PASS/60/1700000000/79.ts', PACKET, 'video/mp2t')
    const answer = await follow('x79/@catchup/60/1700000000/archive-1700000000-60.ts')
    expect([answer.status, answer.text]).toEqual([200, PACKET])
    expect(answer.location).not.toMatch(/USER|PASS/)
  })

  test.each([
    'x79/@catchup/60/1700000000%2F78/archive-1700000000-60.ts',
    'x79/@catchup/60/..%2f1700000000/archive-1700000000-60.ts',
    'x79/@catchup/60/78.ts/archive-1700000000-60.ts',
    'x79/@catchup/timeshift/USER/PASS/60/1700000000/78.ts',
    'x79/@/timeshift/USER/PASS/60/1700000000/78.ts',
    'far/@catchup/60/1700000000/archive-1700000000-60.ts',
    'named/@catchup/other/index.m3u8',
  ])('opens nothing else: %s', async (path) => {
    expect((await follow(path)).status).toBeGreaterThanOrEqual(400)
    expect(seen(rig.origin)).toEqual([])
  })
})

test('an archive on another host is rewritten as any manifest, and its redirections are followed there', async () => {
  archive.moved.set('/dvr/list.m3u8', `${archive.url}/dvr/17/list.m3u8?key=SECRET`)
  put(
    archive,
    '/dvr/17/list.m3u8',
    `#EXTM3U\n#EXT-X-ENDLIST\none.ts\n${archive.url}/cdn/two.ts?k=1\n`,
  )
  put(archive, '/dvr/17/one.ts', 'one', 'video/mp2t')
  put(archive, '/cdn/two.ts', 'two', 'video/mp2t')
  const answer = await follow('far/@catchup/1700000000/index-1700000000-60.m3u8')
  expect(answer.status).toBe(200)
  expect(answer.text).not.toMatch(/SECRET|127\.0\.0\.2/)
  const at = new URL(answer.location ?? '', rig.url)
  const names = answer.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const bodies = await Promise.all(
    names.map(async (name) => (await rig.get(new URL(name, at).href.replace(rig.url, ''))).text),
  )
  expect(bodies).toEqual(['one', 'two'])
  expect(seen(archive)[0]).toBe('/dvr/list.m3u8?from=1700000000&key=SECRET')
  expect(seen(rig.origin)).toEqual([])
})

test('an app’s start is taken back by what the archive lies behind the clock; what a player made of the list stays', async () => {
  const opened = await rig.get(`/timeshift/secret-token/60/1700005400/${FAR}.ts`)
  expect(opened.headers.get('location')).toContain('/@catchup/1700000000/index-1700000000-3600.')
  const listed = await rig.get(
    `/live/${rig.ticket()}/far/index.m3u8?utc=1700000000&lutc=1700009999`,
  )
  expect(listed.headers.get('location')).toContain('/@catchup/1700000000/')
})

test('a name that may be any word leads nowhere but into the channel’s own directory', async () => {
  put(rig.origin, '/a1/arc.m3u8', '#EXTM3U\n#EXT-X-ENDLIST\nx.ts\n')
  const answer = await follow('named/@catchup/a1/index-1700000000-60.m3u8')
  expect([answer.status, seen(rig.origin)]).toEqual([200, ['/a1/arc.m3u8']])
})

describe('what an origin says when it fails stays there', () => {
  const codes = [
    400, 401, 403, 404, 410, 418, 429, 451, 460, 500, 501, 503, 505, 507, 511, 520, 530,
  ]
  test.each(codes)('%i', async (status) => {
    const body = `no: /live/USER/PASS/ (${status})`
    const path = `/hls/far/${status}`
    for (const name of ['.ts', '.m3u8'])
      rig.origin.files.set(path + name, { type: 'text/html', body, status })
    const opened = await follow('far/index.m3u8')
    const root = (opened.location ?? '').replace(/[^/]*$/, '')
    for (const name of ['.ts', '.m3u8']) {
      const answer = await rig.get(`${root}${status}${name}`, { headers: { Range: 'bytes=0-' } })
      expect(answer.status, name).toBeGreaterThanOrEqual(400)
      expect(answer.text, name).not.toContain('PASS')
    }
  })

  test('headers that name it as well', async () => {
    put(rig.origin, '/hls/far/h.ts', 'x', 'video/mp2t')
    rig.origin.headers.set('/hls/far/h.ts', {
      'Content-Location': `${rig.origin.url}/live/USER/PASS/h.ts`,
      Link: `<${rig.origin.url}/live/USER/PASS/>; rel=next`,
      Refresh: `1; url=${rig.origin.url}/live/USER/PASS/`,
      Location: '/live/USER/PASS/h.ts',
    })
    const opened = await follow('far/index.m3u8')
    const answer = await rig.get((opened.location ?? '').replace(/[^/]*$/, 'h.ts'))
    expect(answer.text).toBe('x')
    expect(JSON.stringify([...answer.headers])).not.toContain('PASS')
  })
})
