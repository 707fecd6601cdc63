import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DOORS } from '#domain/doors/doors'
import { matchDoor } from '#domain/doors/match'
import { packageRoot } from '../../../control/config/paths.ts'
import { tempDir } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/** The edge as it is; each handler says in nginx's error log that it was called, and for whom. */
const speaking = `
import edge from '${join(packageRoot(), 'njs/index.ts')}'
const speak = (name, handler) => (r, ...rest) => {
  ngx.log(ngx.WARN, 'called ' + name + ' for ' + r.variables.http_user_agent + ';')
  return handler(r, ...rest)
}
export default {
  ...edge,
  ...Object.fromEntries(
    ['checkManifest', 'checkSegment', 'checkSession', 'guide', 'playerApi', 'playlist', 'routeOpening'].map((name) => [name, speak(name, edge[name])]),
  ),
}
`

let rig: Rig
beforeAll(async () => {
  const folder = await tempDir()
  const entry = join(folder.path, 'speaking.ts')
  await writeFile(entry, speaking)
  rig = await startRig(
    (stub, origin) => {
      const groups = [group('all', { isDefault: true })]
      stub.policy = { ...stub.policy, asksWithoutToken: true, panelApi: true, groups }
      stub.lists.set('all', '#EXTM3U\n')
      stub.lists.set('all/panel', '{@@}')
      stub.lists.set('all/guide', '<tv/>')
      stub.tables.channels.rows = channelRows({
        ch1: { origin: origin.url, base: '/ch1/' },
        ts: { origin: origin.url, base: '/ts/', entry: 'stream.ts', protocol: 'mpegts' },
      })
      stub.tables.channels.rows.set('#1234567890', 'ch1')
      stub.identities.set('s3cret', { account: 'own:5', group: 'all' })
      stub.identities.set('alice', { account: 'own:6', group: 'all' })
      origin.files.set('/ch1/seg-1.ts', { type: 'video/mp2t', body: 'data' })
      const list = { type: 'application/vnd.apple.mpegurl', body: '#EXTM3U\n' }
      origin.files.set('/ch1/index.m3u8', list)
      const mpd = { type: 'application/dash+xml', body: '<MPD></MPD>' }
      origin.files.set('/ch1/manifest.mpd', mpd)
      origin.files.set('/ts/live.ts', { type: 'video/mp2t', body: 'G'.repeat(188) })
    },
    (it) => it,
    entry,
  )
  await folder.remove()
})
afterAll(() => rig?.stop())

const passFor = async (channel: string, file: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/${file}`)
  return opened.headers.get('location')?.split('/')[2] ?? ''
}

/** What stands in a placeholder; the channel is the MPEG-TS one where the path is a stream's. */
const fillers = async (isStream: boolean): Promise<Record<string, string>> => ({
  ticket: rig.ticket(),
  pass: await passFor('ch1', 'index.m3u8'),
  'stream-pass': await passFor('ts', 'stream.ts'),
  channel: isStream ? 'ts' : 'ch1',
  file: 'seg-1.ts',
  'stream-file': 'live.ts',
  'hls-file': 'index.m3u8',
  'other-file': 'seg-1.ts',
  'dash-file': 'manifest.mpd',
  user: 'alice',
  password: 'word',
  stream: '1234567890',
  extension: 'm3u8',
  token: 's3cret',
  minutes: '60',
  start: '2026-11-29:20-15',
})

const ARGUMENTS: Readonly<Record<string, string>> = {
  token: 's3cret',
  md5: 'x',
  expires: '1',
  stream: '1234567890',
  start: '1700000000',
}

/** The handlers that were called for a player, each once. */
const called = (agent: string): string[] => [
  ...new Set(
    [...rig.nginx.errorLog().matchAll(/called (\w+) for ([\w-]+);/g)]
      .filter(([, , by]) => by === agent)
      .map(([, name = '']) => name),
  ),
]

/** What a good request of a door is answered with. */
const STATUS = {
  list: 200,
  answer: 200,
  app: 200,
  opening: 302,
  stream: 200,
  hls: 200,
  dash: 200,
  segment: 200,
}

test.each(DOORS.filter((it) => !it.credentials.includes('pass')))(
  '$id takes what is posted as what is asked',
  async (door) => {
    const filler = await fillers(false)
    const path = door.path.replace(/<([^>]+)>/g, (_, name: string) => filler[name] ?? '')
    const wanted = path.replace('seg-1.ts', 'index.m3u8')
    const fields = door.query.map((name): [string, string] => [name, ARGUMENTS[name] ?? ''])
    if (door.credentials.includes('xtream'))
      fields.push(['username', 'alice'], ['password', 'word'])
    const form = new URLSearchParams(fields).toString()
    // Of some doors the path says all there is to say: they are asked with what apps post as a matter of form.
    const body = form === '' ? '{}' : form
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': `Poster/${door.id}`,
    }
    const isAnonymous = door.serving === 'opening' && !/ticket|token|xtream/.test(door.id)
    const posted = await rig.get(wanted, { method: 'POST', body, headers, from: '203.0.113.9' })
    expect([posted.status, posted.reason]).toEqual(
      isAnonymous ? [403, 'token.unknown'] : [STATUS[door.serving], null],
    )
    if (door.serving === 'opening' && posted.status === 302)
      expect(posted.headers.get('location')).toMatch(/^\/s\/[\w-]+\/ch1\//)
  },
)

test.each(DOORS)('a request at $id reaches $handler', async (door) => {
  const filler = await fillers(door.serving === 'stream')
  const path = door.path.replace(/<([^>]+)>/g, (_, name: string) => filler[name] ?? '')
  const args = door.query.map((name) => `${name}=${ARGUMENTS[name]}`)
  const isOfApps = ['list', 'answer', 'app'].includes(door.serving) || door.query.includes('stream')
  if (!door.credentials.includes('none') && isOfApps) args.push('username=alice', 'password=word')
  // A player that is sent no 302 for its ticket asks below it; here the door itself is meant.
  const wanted = door.credentials.includes('ticket') ? path.replace('seg-1.ts', 'index.m3u8') : path
  expect(matchDoor(wanted, (name) => args.some((it) => it.startsWith(`${name}=`)))?.door.id).toBe(
    door.id,
  )
  const agent = `door-${door.id}`
  const answer = await rig.get(`${wanted}?${args.join('&')}`, { headers: { 'User-Agent': agent } })
  await until(`${door.handler} in the log`, () => Promise.resolve(called(agent).length > 0))
  expect(called(agent)).toEqual([door.handler])
  // The stub knows nobody without a token: that control was asked is all there is to see.
  const isAnonymous = door.serving === 'opening' && !/ticket|token|xtream/.test(door.id)
  expect([answer.status, answer.reason]).toEqual(
    isAnonymous ? [403, 'token.unknown'] : [STATUS[door.serving], null],
  )
})

test.each(['5\r\nhello\r\n0\r\n\r\n', 'a=\r\nX-Gh-Group: all\r\n', '\u0000\u0001ÿ', 'a b', '%zz'])(
  'a posted body that is no form opens as if there were none: %j',
  async (body) => {
    const before = rig.stub.seen.length
    const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`, {
      method: 'POST',
      body,
      from: '203.0.113.77',
    })
    expect([opened.status, opened.reason]).toEqual([302, null])
    expect(rig.stub.seen.length).toBeGreaterThan(before)
  },
)

test.each([
  ['index.m3u', 'checkManifest'],
  ['index.M3U8', 'checkManifest'],
  ['.m3u8', 'checkManifest'],
  ['a/index.m3u8?b=c.ts', 'checkManifest'],
  ['index.m3u8%0A', 'checkManifest'],
  ['seg-1.ts?b=index.m3u8', 'checkSegment'],
  ['index.m3u88', 'checkSegment'],
  ['index_m3u8', 'checkSegment'],
  ['index.m3u8/seg-1.ts', 'checkSegment'],
])('below a pass %s is for %s', async (file, handler) => {
  const pass = await passFor('ch1', 'index.m3u8')
  const agent = `below-${Buffer.from(file).toString('hex')}`
  await rig.get(`/s/${pass}/ch1/${file}`, { headers: { 'User-Agent': agent } })
  await until(`${handler} in the log`, () => Promise.resolve(called(agent).length > 0))
  expect(called(agent)[0]).toBe(handler)
})
