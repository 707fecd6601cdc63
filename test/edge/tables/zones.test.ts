import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTicket } from '#domain/credentials/ticket'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { banKey, leaseKey } from '#domain/viewer/lease'
import { EDGE_ZONES } from '../../../control/nginx/zone-meanings.ts'
import { readZones, zoneChanges } from '../../../control/nginx/zones.ts'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Answer, type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { watch } from '../rig/watch.ts'

let rig: Rig
const HOME = '20.1.2.3'
const ELSEWHERE = '99.0.0.1'
const BANNED_NETWORK = '98.0.0.1'

beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    const parsed = parseNetwork('20.0.0.0/8')
    const networks = parsed.ok ? [...parsed.networks] : []
    stub.policy = { ...stub.policy, groups: [group('home'), group('all', { isDefault: true })] }
    stub.tables.networks.rows = new Map(buildSubnetTable([{ id: 'home', networks }]).pages)
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', groups: ['home', 'all'] },
      ts1: { origin: origin.url, base: '/ts1/', entry: 'mpegts', protocol: 'mpegts' },
    })
    stub.bans = (['account', 'network'] as const).map((kind) => [
      banKey(nodeCrypto, kind, kind === 'account' ? 'own:banned' : BANNED_NETWORK),
      Date.now() + 3_600_000,
    ])
    for (const id of ['home', 'all']) stub.lists.set(id, '#EXTM3U\n@@/ch1/index.m3u8\n')
    origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
  })
})
afterAll(() => rig?.stop())

/** Connections kept open at a reload. */
const KEPT = 5

/** A connection that was kept open ends with the workers of before: asked again on another one, as every player does. */
const get = async (path: string, from: string, tries = KEPT): Promise<Answer> =>
  await rig.get(path, { from }).catch(async (problem: unknown) => {
    if (tries === 0) throw problem
    return await get(path, from, tries - 1)
  })

const groupOf = ({ text }: Answer) => readTicket(/\/live\/([^/]+)\//.exec(text)?.[1] ?? '')?.group

/** What each kind of viewer gets; the same words each time. */
const outcomes = async (pass: string): Promise<Record<string, string>> => {
  const said = ({ status, reason }: Answer, more = '') => reason ?? `${status}${more}`
  const open = async (account: string, from: string, channel = 'ch1') =>
    said(await get(`/live/${rig.ticket({ account })}/${channel}/index.m3u8`, from))
  const list = async (from: string) => {
    const answer = await get('/playlist.m3u', from)
    return said(answer, ` ${groupOf(answer)}`)
  }
  return {
    'list at home': await list(HOME),
    'list elsewhere': await list(ELSEWHERE),
    'list of a banned network': await list(BANNED_NETWORK),
    opening: await open('own:2', ELSEWHERE),
    'opening of a banned account': await open('own:banned', ELSEWHERE),
    'opening from a banned network': await open('own:2', BANNED_NETWORK),
    'opening of no channel': await open('own:2', ELSEWHERE, 'ch9'),
    manifest: said(await get(pass, ELSEWHERE)),
  }
}
const RIGHT = {
  'list at home': '200 home',
  'list elsewhere': '200 all',
  'list of a banned network': 'ban.network',
  opening: '302',
  'opening of a banned account': 'ban.account',
  'opening from a banned network': 'ban.network',
  'opening of no channel': 'channel.unknown',
  manifest: '200',
}

const httpFile = () => join(rig.dir, 'gatehouse-http.conf')
const declared = (text: string, zone: string) =>
  new RegExp(`(js_shared_dict_zone zone=${zone}:)(\\d+)([km])`).exec(text)

/** Gives a zone of nginx's file another size, and reloads nginx. Reads what everybody gets until all is right again. */
const resize = async (zone: string, factor: number, pass: string) => {
  const before = await readFile(httpFile(), 'utf8')
  const [whole = '', start = '', size = '', unit = ''] = declared(before, zone) ?? []
  const now = before.replace(whole, `${start}${Number(size) * factor}${unit}`)
  expect(zoneChanges(readZones(before), readZones(now))).toMatchObject([
    { name: zone, effect: 'emptied' },
  ])
  await writeFile(httpFile(), now)
  const seen: Record<string, string>[] = []
  await rig.nginx.reload()
  await until(`all right after ${zone}`, async () => {
    seen.push(await outcomes(pass))
    return JSON.stringify(seen.at(-1)) === JSON.stringify(RIGHT)
  })
  return seen
}

const startSession = async (channel: string, entry: string) => {
  const opened = await get(
    `/live/${rig.ticket({ account: 'own:2' })}/${channel}/${entry}`,
    ELSEWHERE,
  )
  const path = opened.headers.get('location') ?? ''
  expect(opened.status).toBe(302)
  return { path, key: leaseKey(nodeCrypto, path.split('/')[2] ?? '', channel) }
}

/** Zones of nginx's own modules, which no js_shared_dict_zone declares. */
const NGINX_ZONES = [
  'gh_guesses',
  'gh_app_questions',
  'gh_stream_requests',
  'gh_player_connections',
  'gh_lists',
  'gh_pictures',
  'gh_segments',
]
const zones = Object.keys(EDGE_ZONES).filter((it) => !NGINX_ZONES.includes(it))

describe.each(zones)('%s of another size', (zone) => {
  test.each([
    ['larger', 2],
    ['smaller', 0.5],
  ])(
    '%s: nobody gets what is not his, and all is right within a sync or two',
    async (_, factor) => {
      const { path } = await startSession('ch1', 'index.m3u8')
      expect((await get(path, ELSEWHERE)).status).toBe(200)
      const from = Date.now()
      const seen = await resize(zone, factor, path)
      for (const outcome of seen)
        for (const [who, got] of Object.entries(outcome))
          expect([RIGHT[who as keyof typeof RIGHT], 'edge.not_ready'], who).toContain(got)
      await until('health', async () => (await get('/health', ELSEWHERE)).status === 200)
      expect(Date.now() - from).toBeLessThan(20_000)
    },
  )
})

test('health names what is missing until it came, and then nothing', async () => {
  const health = async () =>
    JSON.parse((await get('/health', ELSEWHERE)).text) as { ready: boolean; missing: string[] }
  await rig.stub.stop()
  const text = await readFile(httpFile(), 'utf8')
  const bigger = ['gh_networks_a', 'gh_networks_b', 'gh_bans'].reduce((all, zone) => {
    const [whole = '', start = '', size = '', unit = ''] = declared(all, zone) ?? []
    return all.replace(whole, `${start}${Number(size) + 1}${unit}`)
  }, text)
  await writeFile(httpFile(), bigger)
  await rig.nginx.reload()
  // A worker from before may still take a connection or two.
  await until('new workers alone', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, async () => await health()))
    return answers.every(({ ready }) => !ready)
  })
  expect(await health()).toMatchObject({ ready: false, missing: ['networks', 'bans'] })
  // An address nobody was refused at within the last second: that refusal would be given again.
  const asBanned = `/live/${rig.ticket({ account: 'own:banned' })}/ch1/index.m3u8?first=1`
  const opening = await get(asBanned, ELSEWHERE)
  expect([opening.status, opening.reason]).toEqual([503, 'edge.not_ready'])
  // Openings that wait while the tables come.
  const waiting = Array.from({ length: 20 }, async (_, n) => {
    const { status, reason } = await get(asBanned.replace('first=1', `waits=${n}`), ELSEWHERE)
    return `${status} ${reason}`
  })
  await rig.restartControl()
  await until('all of it', async () => (await health()).ready)
  expect(await health()).toMatchObject({ ready: true, missing: [] })
  for (const got of await Promise.all(waiting))
    expect(['403 ban.account', '503 edge.not_ready']).toContain(got)
})

test('a stream that no ban would reach any more is ended, and none of its bytes counted twice', async () => {
  const { path, key } = await startSession('ts1', 'mpegts')
  const { state, ended } = await watch(`${rig.url}${path}`, ELSEWHERE)
  expect(state.status).toBe(200)
  await until('told bytes', () =>
    rig.stub.syncs.some(({ traffic }) => traffic.some(([of]) => of === key)),
  )
  await resize('gh_streams', 2, (await startSession('ch1', 'index.m3u8')).path)
  await ended
  const told = () =>
    rig.stub.syncs
      .flatMap((sync) => [...sync.traffic, ...sync.closed])
      .filter(([of]) => of === key)
      .reduce((sum, [, bytes]) => sum + bytes, 0)
  await until('its last bytes', () => told() > state.bytes * 0.6)
  expect(told()).toBeLessThan(state.bytes * 1.1)
})

test('nothing but the ended stream stands in the error log', () => {
  const lines = rig.nginx.errorLog().split('\n')
  const odd = lines.filter((line) => /\[(?:emerg|crit|alert)\]|gatehouse:/.test(line))
  // Control was away once.
  expect(
    odd.filter((line) => !/control\.sock|control answered|gatehouse: sync/.test(line)),
  ).toEqual([])
})
