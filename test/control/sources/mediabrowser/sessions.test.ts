import { afterEach, describe, expect, test } from 'vitest'
import { startEmby } from '../../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../../control/demo/media-servers/jellyfin.ts'
import type { MediaBrowserServer } from '../../../../control/demo/media-servers/mediabrowser.ts'
import type { StagedPlay } from '../../../../control/demo/media-servers/stage.ts'
import { EMBY } from '../../../../control/sources/emby/source.ts'
import { JELLYFIN } from '../../../../control/sources/jellyfin/source.ts'
import type { PlaySource } from '../../../../control/sources/model/play-source.ts'
import type { SourceKind, SourceSettings } from '../../../../control/sources/model/source-kind.ts'
import { sourceOf, staged, TOKEN } from '../../../support/media-servers/media-servers.ts'
import { until } from '../../../support/programs/port.ts'

let server: MediaBrowserServer
let source: PlaySource
afterEach(async () => {
  await source.stop()
  await server.close()
})

const watch = async (
  kind: SourceKind,
  started: Promise<MediaBrowserServer>,
  { plays = [], ...settings }: Partial<SourceSettings> & { plays?: readonly StagedPlay[] } = {},
): Promise<PlaySource> => {
  server = await started
  server.stage.play(plays)
  source = sourceOf(kind, server.url, { name: 'home', ...settings })
  await source.start()
  return source
}

/** Looks by itself only each ten minutes. */
const TOLD = { pollMs: 300_000 }
const HOUR = 3_600_000

const lookCount = (): number => server.requests().filter((one) => one.endsWith('/Sessions')).length

describe('what a server tells by itself', () => {
  test.each([
    ['Jellyfin 12', JELLYFIN, () => startJellyfin({ token: TOKEN })],
    ['Emby 4.9', EMBY, () => startEmby({ token: TOKEN })],
    ['Emby 4.8', EMBY, () => startEmby({ token: TOKEN, version: '4.8.11.0' })],
  ])('%s: what begins and ends is seen without a look', async (_, kind, start) => {
    const media = await watch(kind, start(), TOLD)
    await until('it listens', () => server.listeners() === 1)
    await until('it has looked', () => lookCount() === 2)
    server.stage.play([staged()])
    await until('it plays', () => media.plays().length === 1)
    server.stage.play([])
    await until('it is over', () => media.plays().length === 0)
    expect(lookCount()).toBe(2)
  })

  test('Emby: a subscription that was lost is sent again', async () => {
    const media = await watch(EMBY, startEmby({ token: TOKEN, lostSubscriptions: 1 }), TOLD)
    await until('it listens', () => server.listeners() === 1)
    server.stage.play([staged()])
    await until('it plays', () => media.plays().length === 1)
  })

  test('Jellyfin 10: a socket that tells nothing is given up, and the server asked', async () => {
    const started = startJellyfin({ token: TOKEN, version: '10.11.0' })
    const media = await watch(JELLYFIN, started, { silenceMs: 300 })
    server.stage.play([staged()])
    await until('it plays', () => media.plays().length === 1)
    await until('the socket is closed', () => server.listeners() === 0)
  })

  test('the socket is kept alive beyond the time the server allows', async () => {
    await watch(JELLYFIN, startJellyfin({ token: TOKEN, keepAliveSec: 1 }), TOLD)
    await until('it listens', () => server.listeners() === 1)
    await until('it said so five times', () => server.keptAlive() >= 5)
    expect(server.listeners()).toBe(1)
    expect(server.requests().filter((one) => one.startsWith('UPGRADE'))).toHaveLength(1)
  })
})

describe('what a session is', () => {
  test('a play, with its account and address; devices that idle are none', async () => {
    const media = await watch(JELLYFIN, startJellyfin({ token: TOKEN }), {
      plays: [
        staged({
          address: '::ffff:198.51.100.7',
          item: { id: '7', title: 'Pilot', series: 'A Show' },
        }),
      ],
    })
    expect(media.plays()).toHaveLength(1)
    expect(media.plays()[0]).toMatchObject({
      key: '1:tv:7',
      record: {
        delivery: 'direct play',
        source: 'jellyfin:home',
        account: 'server:home:1',
        accountName: 'Ann',
        address: '198.51.100.7',
        isLan: false,
        title: 'A Show - Pilot',
        player: 'Living room',
      },
    })
  })

  test('Emby says ports, and its own public address, which is home', async () => {
    const media = await watch(
      EMBY,
      startEmby({ token: TOKEN, wanAddress: 'http://203.0.113.9:8096' }),
      {
        plays: [
          staged({ address: '198.51.100.7:4040' }),
          staged({ session: 'b', item: { id: '2', title: 'x' }, address: '203.0.113.9:5050' }),
          staged({
            session: 'c',
            item: { id: '3', title: 'x' },
            address: 'http://192.168.5.166:60006/upnp/desc.xml',
          }),
        ],
      },
    )
    expect(media.plays().map(({ record }) => [record.address, record.isLan])).toEqual([
      ['198.51.100.7', false],
      ['203.0.113.9', true],
      ['192.168.5.166', true],
    ])
  })

  test('networks the owner names are home', async () => {
    server = await startJellyfin({ token: TOKEN })
    server.stage.play([staged()])
    source = sourceOf(JELLYFIN, server.url, {}, { isHome: (address) => address === '198.51.100.7' })
    await source.start()
    expect(source.plays()[0]?.record.isLan).toBe(true)
  })

  test('live television is the channel', async () => {
    const channel = { id: 'ch1', title: 'The News', channel: 'BBC One' }
    const media = await watch(JELLYFIN, startJellyfin({ token: TOKEN }), {
      plays: [staged({ item: channel })],
    })
    expect(media.plays()[0]).toMatchObject({
      key: '1:tv:ch1',
      record: { isLive: true, channel: 'BBC One' },
    })
  })

  test.each([
    [
      'Jellyfin',
      JELLYFIN,
      (skewMs: number) => startJellyfin({ token: TOKEN, skewMs, version: '10.11.0' }),
    ],
    ['Emby', EMBY, (skewMs: number) => startEmby({ token: TOKEN, skewMs })],
  ])('%s: a ghost is one by the server’s own clock, an hour off or not', async (_, kind, start) => {
    for (const skewMs of [-HOUR, 0, HOUR]) {
      const serverNow = Date.now() + skewMs
      const ghost = staged({
        session: 'ghost',
        item: { id: '2', title: 'x' },
        heardAt: serverNow - 6 * 60_000,
      })
      const media = await watch(kind, start(skewMs), {
        plays: [staged({ heardAt: serverNow - 20_000 }), ghost],
      })
      expect(media.plays().map(({ key }) => key)).toEqual(['1:tv:501'])
      expect(Math.abs((media.plays()[0]?.record.startedAt ?? 0) - Date.now())).toBeLessThan(5000)
      await source.stop()
      await server.close()
    }
  })
})

test('Jellyfin: a play whose last message was never noted is no ghost', async () => {
  const media = await watch(JELLYFIN, startJellyfin({ token: TOKEN, version: '10.11.0' }), {
    plays: [staged({ heardAt: Date.parse('0001-01-01T00:00:00Z') })],
  })
  expect(media.plays().map(({ key }) => key)).toEqual(['1:tv:501'])
})

describe('what may be done', () => {
  test.each([
    ['Jellyfin', JELLYFIN, () => startJellyfin({ token: TOKEN })],
    ['Emby', EMBY, () => startEmby({ token: TOKEN })],
  ])(
    '%s: words are shown, and devices signed out where their owner allows it',
    async (_, kind, start) => {
      const media = await watch(kind, start(), { plays: [staged()], allowSignOut: true })
      const key = media.plays()[0]?.key ?? ''
      expect(await media.message?.(key, 'Only one at a time & thanks')).toEqual({ state: 'asked' })
      expect(await media.signOut?.(key)).toEqual({ state: 'asked' })
      expect(server.stage.deeds()).toEqual([
        { did: 'message', session: 'a', words: 'Only one at a time & thanks' },
        { did: 'sign out', device: 'tv' },
      ])
      await until('it is gone', () => media.plays().length === 0)
      expect(await media.message?.(key, 'x')).toMatchObject({ why: 'not_playing' })
    },
  )

  test('without the owner’s word no device is signed out', async () => {
    const media = await watch(JELLYFIN, startJellyfin({ token: TOKEN }), { plays: [staged()] })
    expect(media.signOut).toBeNull()
    expect(media.capabilities.signOut).toBe(false)
  })

  test.each([
    ['Jellyfin', JELLYFIN, 'MaxActiveSessions', () => startJellyfin({ token: TOKEN })],
    ['Emby', EMBY, 'SimultaneousStreamLimit', () => startEmby({ token: TOKEN })],
  ])('%s: of a policy one field is changed, and given back', async (_, kind, field, start) => {
    const media = await watch(kind, start(), { plays: [staged()] })
    const before = { ...server.policyOf('1'), IsDisabled: false }
    expect(await media.limits?.set('1', 1)).toBe(0)
    expect(server.policyOf('1')).toMatchObject({ ...before, [field]: 1 })
    expect(await media.limits?.set('1', 0)).toBe(1)
    expect(server.policyOf('1')).toMatchObject(before)
    await media.limits?.set('1', 0)
    expect(server.stage.deeds().filter(({ did }) => did === 'policy')).toHaveLength(2)
  })
})
