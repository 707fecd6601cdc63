import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChannelRecord } from '#domain/channels/channel-table'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig

/** Channels whose addresses hold this login of the provider. */
const channels = (url: string, user: string, password: string) =>
  channelRows({
    panel: {
      origin: url,
      base: `/live/${user}/${password}/`,
      entry: '78.m3u8',
      isClosed: true,
      isShared: true,
    },
    token: {
      origin: url,
      base: '/hls/token/',
      query: `user=${user}&token=${password}`,
    } satisfies Partial<ChannelRecord> & { origin: string; base: string },
  })

beforeAll(async () => {
  rig = await startRig((stub, { url }) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channels(url, 'ANNA', 'PASS-one-1')
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.origin.seen.length = 0
})

const seen = () => rig.origin.seen.map(({ url }) => url)
const renew = async (user: string, password: string) => {
  rig.stub.tables.channels = {
    version: `${user}-${password}`,
    rows: channels(rig.origin.url, user, password),
    pages: 1000,
  }
  await until('the edge has the new addresses', async () => {
    rig.origin.seen.length = 0
    await rig.get(`/live/${rig.ticket()}/panel/78.m3u8`).then(async ({ headers }) => {
      const to = headers.get('location')
      if (to !== null) await rig.get(`${new URL(to, rig.url).pathname}?fresh=${Math.random()}`)
    })
    return seen().some((it) => it.startsWith(`/live/${user}/${password}/78.m3u8`))
  })
  rig.origin.seen.length = 0
}

describe('of a list that a player holds, what is under seal is asked for with the login of today', () => {
  test.each([
    ['panel', '78.m3u8', '/live/U/P/78.m3u8', '/hls/U/P/78/v0.m3u8'],
    ['panel', '78.m3u8', '/live/U/P/78.m3u8', '/hlsr/TICKET99/U/P/78/1.ts'],
    ['panel', '78.m3u8', '/live/U/P/78.m3u8', '/live/U/P/78_720.m3u8?p=P'],
    ['token', 'index.m3u8', '/hls/token/index.m3u8', '/cdn/P/v0.m3u8?token=P'],
    ['token', 'index.m3u8', '/hls/token/index.m3u8', '/cdn/v-P.m3u8?u=U'],
  ])('%s: %s %s names %s', async (channel, entry, at, named) => {
    const filled = (text: string, user: string, password: string) =>
      text.replaceAll('/U/', `/${user}/`).replace(/\bU$/, user).replaceAll(/\bP\b/g, password)
    await renew('ANNA', 'PASS-one-1')
    rig.origin.files.set(filled(at, 'ANNA', 'PASS-one-1'), {
      type: HLS,
      body: `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${filled(named, 'ANNA', 'PASS-one-1')}\n`,
    })
    const opened = await rig.get(`/live/${rig.ticket()}/${channel}/${entry}`)
    const url = new URL(opened.headers.get('location') ?? '', rig.url)
    const { text } = await rig.get(`${url.pathname}?n=${Math.random()}`)
    const held = new URL(text.trim().split('\n').at(-1) ?? '', url)
    expect(held.href).not.toMatch(/ANNA|PASS-one-1/)
    const ask = async () => {
      await rig.get(held.pathname + held.search)
      return seen().at(-1)
    }
    expect(await ask()).toBe(filled(named, 'ANNA', 'PASS-one-1'))
    await renew('BERTA', 'two%21PASS')
    expect(await ask()).toBe(filled(named, 'BERTA', 'two%21PASS'))
  })
})
