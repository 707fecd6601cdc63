import { afterEach, expect, test } from 'vitest'
import {
  type PlexOptions,
  type PlexServer,
  startPlex,
} from '../../../../control/demo/media-servers/plex.ts'
import type { StagedPlay } from '../../../../control/demo/media-servers/stage.ts'
import type { LivePlay } from '../../../../control/sources/model/live-play.ts'
import type { PlaySource } from '../../../../control/sources/model/play-source.ts'
import { PLEX } from '../../../../control/sources/plex/source.ts'
import { sourceOf, staged, TOKEN } from '../../../support/media-servers/media-servers.ts'
import { until } from '../../../support/programs/port.ts'

let server: PlexServer | undefined
let source: PlaySource | undefined
afterEach(async () => {
  await source?.stop()
  await server?.close()
})

const shown = async (
  plays: readonly StagedPlay[],
  options: Partial<PlexOptions> = {},
): Promise<readonly LivePlay[]> => {
  server = await startPlex({ token: TOKEN, ...options })
  server.stage.play(plays)
  source = sourceOf(PLEX, server.url, { name: 'home' })
  await source.start()
  return source.plays()
}

test('a session is an account of the server, a device, an item and an address', async () => {
  const [play] = await shown([
    staged({ item: { id: '7', title: 'Pilot', series: 'A Show' }, isTranscoded: true }),
  ])
  expect(play).toMatchObject({
    key: '1:tv:7',
    state: 'playing',
    canEnd: true,
    record: {
      delivery: 'transcode',
      source: 'plex:home',
      account: 'server:home:1',
      accountName: 'Ann',
      address: '198.51.100.7',
      network: '198.51.100.7',
      isLan: false,
      device: 'tv',
      platform: 'webOS',
      client: 'App for TVs',
      player: 'Living room',
      title: 'A Show - Pilot',
      isLive: false,
      endedAt: null,
    },
  })
})

test('through the relay the address is the public one, or none', async () => {
  const plays = await shown([
    staged({ address: '127.0.0.1', isRelayed: true, publicAddress: '198.51.100.4' }),
    // Old servers do not say that they relay.
    staged({
      session: 'b',
      device: { id: 'b', name: 'b', app: 'a', platform: 'p' },
      address: '127.0.0.1',
      publicAddress: '198.51.100.5',
    }),
    staged({
      session: 'c',
      device: { id: 'c', name: 'c', app: 'a', platform: 'p' },
      address: '127.0.0.1',
      isRelayed: true,
      publicAddress: '127.0.0.1',
    }),
  ])
  expect(plays.map(({ record }) => record.address)).toEqual(['198.51.100.4', '198.51.100.5', null])
})

test('a phone on a carrier is away, a player on the LAN at home', async () => {
  const [phone, tv] = await shown([
    staged({ location: 'cellular' }),
    staged({
      session: 'b',
      item: { id: '9', title: 'x' },
      address: '::ffff:192.168.1.20',
      publicAddress: '203.0.113.9',
      isLocal: true,
    }),
  ])
  expect(phone?.record.isLan).toBe(false)
  expect(tv?.record).toMatchObject({ isLan: true, address: '192.168.1.20' })
})

test("the home's own public address is home: plex.tv's word and local players tell it", async () => {
  const abroad = staged({ session: 'out', item: { id: '8', title: 'x' }, address: '203.0.113.9' })
  const local = staged({ address: '192.168.1.20', publicAddress: '203.0.113.9', isLocal: true })
  const [, byPlayer] = await shown([local, abroad])
  expect(byPlayer?.record).toMatchObject({ address: '203.0.113.9', isLan: true })
  await source?.stop()
  await server?.close()
  const [byWord] = await shown([abroad], { publicAddress: '203.0.113.9' })
  expect(byWord?.record.isLan).toBe(true)
})

test('live television is the channel, whatever its programme', async () => {
  const [play] = await shown([
    staged({ item: { id: 'bbc1', title: 'The News', channel: 'BBC One' } }),
  ])
  expect(play).toMatchObject({ key: '1:tv:bbc1', record: { isLive: true, channel: 'BBC One' } })
})

test('a DLNA player without an id of its own is told by what it is and where', async () => {
  const player = {
    product: 'DLNA',
    platform: '',
    address: '192.168.1.30',
    title: 'Bravia',
    local: true,
    state: 'playing',
  }
  const [play] = await shown([staged({ shown: { Player: player } })])
  expect(play?.record).toMatchObject({
    device: 'Bravia',
    platform: null,
    client: 'DLNA',
    isLan: true,
  })
})

test('a session without an id cannot be ended, one without a user is nobody’s', async () => {
  const plays = await shown([
    staged({ canEnd: false }),
    staged({ session: 'b', shown: { User: {}, Player: {} } }),
  ])
  expect(plays.map(({ canEnd }) => canEnd)).toEqual([false])
  expect(await source?.end(plays[0]?.key ?? '', 'x')).toMatchObject({ why: 'not_supported' })
})

test('without a Plex Pass an end is refused in words that say so', async () => {
  const [play] = await shown([staged()])
  server?.setPass(false)
  expect(await source?.end(play?.key ?? '', 'x')).toMatchObject({
    state: 'refused',
    why: 'not_permitted',
    detail: expect.stringContaining('Plex Pass'),
  })
  expect(source?.health().signIn).toBe('accepted')
})

test('people of the server are told by name', async () => {
  await shown([staged(), staged({ session: 'b', user: { id: '2', name: 'Bob' } })])
  await until('both play', () => source?.plays().length === 2)
  expect(await source?.users?.()).toEqual([
    { id: '1', name: 'Ann', email: null },
    { id: '2', name: 'Bob', email: null },
  ])
})
