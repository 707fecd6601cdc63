import { Agent, get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inferredKey, leaseKey } from '#domain/viewer/lease'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    origin.files.set('/hls/ch1/index.m3u8', {
      type: 'application/x-mpegurl',
      body: '#EXTM3U\nseg1.ts\n',
    })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: 'data' })
  })
})
const agents: Agent[] = []
afterAll(async () => {
  for (const agent of agents) agent.destroy()
  await rig?.stop()
})

/** Ends the session of a pass' address with the next news from control. */
const endSession = (location: string): void => {
  const key = leaseKey(nodeCrypto, location.split('/')[2] ?? '', 'ch1')
  rig.stub.next = { kill: [...(rig.stub.next.kill ?? []), key] }
}

/** How often control was asked about openings with the ticket of a path. */
const openingsOf = (path: string): number =>
  rig.stub.seen.filter(
    (it) =>
      it.path.startsWith('/open') && Object.values(it.headers).includes(path.split('/')[2] ?? ''),
  ).length

/** A program that keeps its connection, or opens one for each request. */
const program = (keepAlive: boolean, headers: Record<string, string> = {}) => {
  const agent = new Agent({ keepAlive, maxSockets: 1 })
  agents.push(agent)
  return (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get(`${rig.url}${path}`, { agent, headers }, (response) => {
        response.resume().on('end', () => resolve(response))
      }).on('error', reject)
    })
}

const CHROME = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36',
  'Accept-Language': 'en',
}

const waitMs = async (ms: number): Promise<void> => {
  const end = Date.now() + ms
  while (Date.now() < end) await pause(Math.min(300, Math.max(1, end - Date.now())))
}

/** Plays by asking the opening address at each reload, until its session is ended; the period is 1.1 s. */
const playAndEnd = async (player: ReturnType<typeof program>, account: string) => {
  const path = `/live/${rig.ticket({ account })}/ch1/index.m3u8`
  const first = await player(path)
  const location = first.headers.location ?? ''
  for (let at = 0; at < 3; at += 1) {
    await player(first.headers.location ?? '')
    await waitMs(1_100)
    expect((await player(path)).headers.location).toBe(location)
  }
  endSession(location)
  await until('the end', async () => (await rig.get(location)).status >= 400)
  return path
}

describe.concurrent('a session that was ended', () => {
  test('lets its player in at once when it is started anew', async () => {
    const path = await playAndEnd(program(true), 'own:1')
    const going = program(true)
    // The program's own connection is gone with it: a new one stands for a new program.
    expect((await going(path)).statusCode).toBe(302)
  })

  test('does not come back for a player that keeps asking over its connection', async () => {
    const player = program(true)
    const path = await playAndEnd(player, 'own:2')
    const asked = openingsOf(path)
    for (const gap of [0, 300, 600, 1_100, 1_100, 1_100]) {
      await waitMs(gap)
      expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
    }
    expect(openingsOf(path)).toBe(asked)
    expect((await program(true)(path)).statusCode).toBe(302)
  })

  test('does not come back for a player that reloads many times a second', async () => {
    const player = program(false, { ...CHROME, 'User-Agent': `${CHROME['User-Agent']} Page/11` })
    const path = `/live/${rig.ticket({ account: 'own:11' })}/ch1/index.m3u8`
    const location = (await player(path)).headers.location ?? ''
    for (let at = 0; at < 14; at += 1) {
      await waitMs(200)
      expect((await player(path)).headers.location).toBe(location)
    }
    endSession(location)
    await until('the end', async () => ((await player(path)).statusCode ?? 0) >= 400)
    const asked = openingsOf(path)
    for (let at = 0; at < 4; at += 1) {
      expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
      await waitMs(150)
    }
    expect(openingsOf(path)).toBe(asked)
    // A page that is loaded again begins after a pause that is long for such a player.
    await waitMs(900)
    expect((await player(path)).statusCode).toBe(302)
  })

  test('of a player that connects anew for each list, only a pause is a return', async () => {
    const player = program(false)
    const path = await playAndEnd(player, 'own:3')
    for (const gap of [0, 300, 1_100]) {
      await waitMs(gap)
      expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
    }
    await waitMs(3_000)
    expect((await player(path)).statusCode).toBe(302)
  })

  test('a browser stops when it is told, so the next request is its viewer’s', async () => {
    const player = program(true, CHROME)
    const path = await playAndEnd(player, 'own:4')
    expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
    await waitMs(2_050)
    expect((await player(path)).statusCode).toBe(302)
  })

  test('a script that was told below its pass tries where it began: that is not its viewer yet', async () => {
    const player = program(true, { ...CHROME, 'User-Agent': `${CHROME['User-Agent']} Page/7` })
    const path = `/live/${rig.ticket({ account: 'own:7' })}/ch1/index.m3u8`
    const location = (await player(path)).headers.location ?? ''
    endSession(location)
    const isOver = async () => ((await player(location)).statusCode ?? 0) >= 400
    await until('the end', isOver)
    const asked = openingsOf(path)
    await waitMs(1_300)
    expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
    expect(openingsOf(path)).toBe(asked)
    // Not his neighbour’s, who watches the same channel in the same browser.
    const neighbour = `/live/${rig.ticket({ account: 'own:77' })}/ch1/index.m3u8`
    expect((await player(neighbour)).statusCode).toBe(302)
    await waitMs(800)
    expect((await player(path)).statusCode).toBe(302)
  })

  test.each([
    { everyMs: 1_050, times: 3, account: 'own:8' },
    { everyMs: 2_100, times: 2, account: 'own:18' },
  ])(
    'a script that asks on below its pass every $everyMs ms does not keep its viewer out',
    async ({ everyMs, times, account }) => {
      const player = program(true, {
        ...CHROME,
        'User-Agent': `${CHROME['User-Agent']} Page/${account}`,
      })
      const path = `/live/${rig.ticket({ account })}/ch1/index.m3u8`
      const location = (await player(path)).headers.location ?? ''
      endSession(location)
      await until('the end', async () => ((await player(location)).statusCode ?? 0) >= 400)
      for (let time = 0; time < times; time += 1) {
        await waitMs(everyMs)
        expect((await player(location)).statusCode).toBeGreaterThanOrEqual(403)
      }
      expect((await player(path)).statusCode).toBe(302)
    },
  )

  test('a script that was told at a segment does not try where it began: the next opening is its viewer’s', async () => {
    const player = program(true, { ...CHROME, 'User-Agent': `${CHROME['User-Agent']} Page/9` })
    const path = `/live/${rig.ticket({ account: 'own:9' })}/ch1/index.m3u8`
    const location = (await player(path)).headers.location ?? ''
    endSession(location)
    const segment = location.replace('index.m3u8', 'seg1.ts')
    const isOver = async () => ((await player(segment)).statusCode ?? 0) >= 400
    await until('the end', isOver)
    expect((await player(path)).statusCode).toBe(302)
  })

  test('of a player that sends a range with its first request only, a range is a return', async () => {
    const reloading = program(false)
    const path = await playAndEnd(reloading, 'own:10')
    for (const gap of [0, 300]) {
      await waitMs(gap)
      expect((await reloading(path)).statusCode).toBeGreaterThanOrEqual(403)
    }
    expect((await program(false, { Range: 'bytes=0-' })(path)).statusCode).toBe(302)
  })

  test('the browser’s own player asks on although it was told, and is told again', async () => {
    const player = program(true, { ...CHROME, Range: 'bytes=0-' })
    const path = await playAndEnd(player, 'own:8')
    for (const gap of [0, 1_100, 1_100]) {
      await waitMs(gap)
      expect((await player(path)).statusCode).toBeGreaterThanOrEqual(403)
    }
    await waitMs(3_000)
    expect((await player(path)).statusCode).toBe(302)
  })
})

describe('a player that asks for the media beside the opening address', () => {
  test('is sent to the pass it opened, whatever agent it asks with', async () => {
    const ticket = rig.ticket({ account: 'own:5' })
    const look = program(true, { 'User-Agent': 'Kodi/20' })
    const play = program(true, { 'User-Agent': 'Lavf/59' })
    const base = `/live/${ticket}/ch1`
    const opened = (await look(`${base}/index.m3u8`)).headers.location ?? ''
    const asked = rig.stub.count('/open')
    const folder = opened.slice(0, opened.lastIndexOf('/') + 1)
    for (const file of ['seg1.ts', 'video/seg1.m4s?x=1', 'video/index.m3u8']) {
      const sent = await play(`${base}/${file}`)
      expect([sent.statusCode, sent.headers.location]).toEqual([302, folder + file])
    }
    expect((await play(`${folder}seg1.ts`)).statusCode).toBe(200)
    expect(rig.stub.count('/open')).toBe(asked)
    endSession(opened)
    await until('the end', async () => (await play(`${base}/seg1.ts`)).statusCode === 403)
    expect(rig.stub.count('/open')).toBe(asked)
  })

  test('has a session there where nobody has opened, and gets its lists in it', async () => {
    const ticket = rig.ticket({ account: 'own:6' })
    const play = program(true, { 'User-Agent': 'Lavf/59' })
    const base = `/live/${ticket}/ch1`
    const asked = rig.stub.count('/open')
    expect((await play(`${base}/seg1.ts`)).statusCode).toBe(200)
    for (let at = 0; at < 3; at += 1)
      expect((await play(`${base}/index.m3u8`)).statusCode).toBe(200)
    expect((await play(`${base}/seg1.ts`)).statusCode).toBe(200)
    expect(rig.stub.count('/open')).toBe(asked + 1)
    const opened = rig.stub.seen.filter((it) => it.path.startsWith('/open'))
    expect(opened.at(-1)?.headers['x-gh-key']).toBe(
      inferredKey(nodeCrypto, ticket, 'ch1', '127.0.0.1'),
    )
    const look = program(true, { 'User-Agent': 'Kodi/20' })
    expect((await look(`${base}/index.m3u8`)).statusCode).toBe(302)
  })
})
