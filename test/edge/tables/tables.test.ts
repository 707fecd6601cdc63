import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTicket } from '#domain/credentials/ticket'
import { type Network, parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
const network = (text: string): Network[] => {
  const parsed = parseNetwork(text)
  return parsed.ok ? [...parsed.networks] : []
}
const tableOf = (home: readonly string[], paid: readonly string[]) =>
  new Map(
    buildSubnetTable([
      { id: 'home', networks: home.flatMap(network) },
      { id: 'paid', networks: paid.flatMap(network) },
    ]).pages,
  )
const many = (offset: number): string[] =>
  Array.from(
    { length: 20_000 },
    (_, i) => `${20 + Math.floor(i / 5000) + offset}.${(i >> 5) % 256}.${(i * 8) % 256}.0/29`,
  )

beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [group('home'), group('paid'), group('rest', { isDefault: true })],
    }
    stub.tables.networks.rows = tableOf(many(0), ['2001:db8:5::/48'])
    stub.tables.networks.pages = 200
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    for (const id of ['home', 'paid', 'rest']) stub.lists.set(id, `#EXTM3U\n@@/ch1/index.m3u8\n`)
  })
})
afterAll(() => rig?.stop())

const groupOf = async (from: string): Promise<string | undefined> => {
  const { text } = await rig.get('/playlist.m3u', { from })
  return readTicket(/\/live\/([^/]+)\//.exec(text)?.[1] ?? '')?.group
}
const have = () => rig.stub.syncs.at(-1)?.have.networks

test('a table comes in pages, then by differences, then whole again', async () => {
  const { networks } = rig.stub.tables
  await until('the first load', () => have() === 'n1')
  expect(rig.stub.count('/tables/networks')).toBeGreaterThan(2)
  expect(await groupOf('20.0.8.1')).toBe('home')
  expect(await groupOf('2001:db8:5:9::1')).toBe('paid')
  expect(await groupOf('99.0.0.1')).toBe('rest')

  rig.stub.seen.length = 0
  networks.rows = tableOf([...many(0).slice(1), '99.0.0.0/8'], ['2001:db8:6::/48'])
  networks.version = 'n2'
  await until('the difference', () => have() === 'n2')
  const asked = rig.stub.seen.filter((it) => it.path === '/tables/networks').length
  expect(asked).toBeLessThan(3)
  expect(await groupOf('99.0.0.1')).toBe('home')
  expect(await groupOf('2001:db8:5:9::1')).toBe('rest')
  expect(await groupOf('2001:db8:6:9::1')).toBe('paid')

  // A version control no longer knows: everything is loaded beside the live table, which serves until the flip.
  for (const version of ['n3', 'n4']) {
    networks.rows = tableOf(version === 'n3' ? many(5) : many(0), ['99.0.0.0/8'])
    networks.version = version
    rig.stub.forget()
    await until(`version ${version}`, () => have() === version)
    expect(await groupOf('99.0.0.1')).toBe('paid')
    expect(await groupOf(version === 'n3' ? '25.0.8.1' : '20.0.8.1')).toBe('home')
    expect(await groupOf(version === 'n3' ? '20.0.8.1' : '25.0.8.1')).toBe('rest')
  }
})

test('a channel that appears can be opened, one that is gone is unknown', async () => {
  const { channels } = rig.stub.tables
  rig.origin.files.set('/hls/ch9/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
  channels.rows = channelRows({ ch9: { origin: rig.origin.url, base: '/hls/ch9/' } })
  channels.version = 'c2'
  await until('the table', () => rig.stub.syncs.at(-1)?.have.channels === 'c2')
  const opened = await rig.get(`/live/${rig.ticket()}/ch9/index.m3u8`)
  expect((await rig.get(opened.headers.get('location') ?? '')).status).toBe(200)
})
