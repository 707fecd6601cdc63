import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { beforeAll, describe, expect, test } from 'vitest'
import { banKey } from '#domain/viewer/lease'
import { hashEdgeKey, pushKeyOf } from '../../../control/keys/edge-key.ts'
import { nodeCrypto } from '../../edge/rig/crypto.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { makeCa } from '../../support/programs/certificates.ts'
import { freePort, until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import {
  type Ground,
  makeGround,
  type Plane,
  ready,
  startEdge,
  startPlane,
} from '../world/cluster.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf } from '../world/world.ts'

const onCleanup = useCleanup('all')
let ground: Ground
let plane: Plane
let admin: ReturnType<typeof adminOf>
const edges: TestService[] = []
const keys: string[] = []
const pushPorts: number[] = []

beforeAll(async () => {
  ground = await makeGround()
  onCleanup(ground.remove)
  plane = await startPlane(ground, { clocks: { reserve_sec: 60 } })
  onCleanup(plane.stop)
  admin = adminOf(plane)
  for (const name of ['north', 'south']) {
    const key = await plane.addEdge(name)
    const pushPort = await freePort()
    const edge = await startEdge(ground, { name, key, urls: [plane.url], pushPort })
    onCleanup(edge.stop)
    await ready(edge)
    keys.push(key)
    pushPorts.push(pushPort)
    edges.push(edge)
  }
}, 300_000)

const [north, south] = [0, 1].map((at) => () => edges[at] as TestService) as [
  () => TestService,
  () => TestService,
]

/** Posts to an edge's push listener as somebody on the network can. */
const push = (port: number, body: string, signature: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/push',
        method: 'POST',
        ca: readFileSync(ground.ca.file),
        headers: { 'X-Gh-Signature': signature, 'Content-Length': Buffer.byteLength(body) },
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    sent.on('error', reject).end(body)
  })

const signed = (message: { at: number; seq: number }, key: string) => {
  const body = JSON.stringify(message)
  const text = `${message.at}.${message.seq}.${body}`
  return { body, signature: createHmac('sha256', key).update(text).digest('hex') }
}

const message = (over: object = {}) => ({
  from: 'someone',
  seq: 1,
  at: Date.now(),
  set: [] as [string, number][],
  clear: [] as string[],
  kill: [] as string[],
  ...over,
})

describe('two edges on other machines', () => {
  test('an edge alone has no Redis, no control plane and no database', () => {
    const logs = Object.keys(north().logs())
    expect(logs).toContain('access.log')
    expect(logs).not.toContain('redis.log')
    expect(logs).not.toContain('control.log')
  })

  test('both list the same channels and are listed themselves', async () => {
    const { token } = await admin.account(50)
    const [a, b] = await Promise.all(
      edges.map((edge) => viewer(edge.edge, { token, address: '198.51.100.1' }).channels()),
    )
    expect(a).toEqual(b)
    expect(a?.length).toBeGreaterThan(0)
    const { items: listed } = await admin.get<{
      items: { id: string; lastSyncAt: number | null }[]
    }>('/edges')
    expect(listed.map(({ id }) => id)).toEqual(['north', 'plane', 'south'])
    expect(listed.every(({ lastSyncAt }) => lastSyncAt !== null)).toBe(true)
  })

  test('a cap of two is exact over both, however they race', async () => {
    const { token, id } = await admin.account(2)
    for (let round = 0; round < 3; round += 1) {
      const ticket = await viewer(north().edge, { token }).ticket()
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          viewer(edges[n % 2]?.edge ?? '', {
            address: `198.51.${100 + round}.${n + 1}`,
            agent: `Player${n}/1`,
          }).open('federal-1', ticket),
        ),
      )
      expect(replies.filter(({ status }) => status === 302)).toHaveLength(2)
      await admin.end(id)
    }
  })

  test('a pass opened at one edge plays on at the other', async () => {
    const who = { token: (await admin.account(50)).token, address: '198.51.100.9' }
    const playing = await viewer(north().edge, who).play('federal-1')
    const path = playing.entry
    const answer = await viewer(south().edge, who).get(path)
    expect(answer.status).toBe(200)
  })

  test('a ban refuses at both', async () => {
    const { token, id } = await admin.account(50)
    const playing = await Promise.all(
      edges.map((edge, n) =>
        viewer(edge.edge, { token, address: `198.51.100.${20 + n}` }).play('federal-1'),
      ),
    )
    for (const one of playing) expect((await one.poll()).status).toBe(200)
    const since = Date.now()
    await admin.send('POST', '/bans', { kind: 'account', subject: `own:${id}`, seconds: 60 })
    const statuses = async () =>
      await Promise.all(playing.map(async (one) => (await one.poll()).status))
    await until('the ban at both', async () => (await statuses()).every((it) => it === 403))
    process.stdout.write(`ban to 403 at both edges: ${Date.now() - since} ms\n`)
  })

  test('a push is taken once, from control alone, and only while it is new', async () => {
    const key = pushKeyOf(hashEdgeKey(keys[0] ?? ''))
    const port = pushPorts[0] ?? 0
    const good = signed(
      message({ set: [[banKey(nodeCrypto, 'network', '192.0.2.7'), Date.now() + 60_000]] }),
      key,
    )
    expect(await push(port, good.body, good.signature)).toBe(200)
    expect(await push(port, good.body, good.signature), 'replay').toBe(409)
    const older = signed(message({ seq: 1, at: Date.now() }), key)
    expect(await push(port, older.body, older.signature), 'number used').toBe(409)
    for (const at of [Date.now() - 61_000, Date.now() + 61_000]) {
      const stray = signed(message({ seq: 9, at }), key)
      expect(await push(port, stray.body, stray.signature), 'time').toBe(409)
    }
    const forged = signed(message({ seq: 10 }), keys[0] ?? '')
    expect(await push(port, forged.body, forged.signature), 'wrong key').toBe(403)
    const changed = signed(message({ seq: 11 }), key)
    const other = changed.body.replace('someone', 'anybody')
    expect(await push(port, other, changed.signature), 'changed').toBe(403)
    expect(await push(pushPorts[1] ?? 0, good.body, good.signature), 'another edge').toBe(403)
    const refused = await viewer(north().edge, { address: '192.0.2.7' }).get('/playlist.m3u')
    expect(refused.status).toBe(403)
  })
})

describe('without pushes', () => {
  test('a ban refuses by the next syncs', async () => {
    const key = await plane.addEdge('west')
    // Nothing listens where pushes would go.
    const edge = await startEdge(ground, { name: 'west', key, urls: [plane.url] })
    onCleanup(edge.stop)
    await ready(edge)
    const who = { token: (await admin.account(50)).token, address: '198.51.100.40' }
    const playing = await viewer(edge.edge, who).play('federal-1')
    expect((await playing.poll()).status).toBe(200)
    const since = Date.now()
    await admin.send('POST', '/bans', { kind: 'network', subject: '198.51.100.40', seconds: 60 })
    await until('the ban', async () => (await playing.poll()).status === 403)
    process.stdout.write(`ban to 403 by sync: ${Date.now() - since} ms\n`)
  }, 120_000)
})

describe('who is not an edge', () => {
  test('an edge that does not trust the control plane serves nobody', async () => {
    const stranger = await makeCa(ground.folder, 'stranger')
    const key = await plane.addEdge('east')
    const edge = await startEdge(ground, {
      name: 'east',
      key,
      urls: [plane.url],
      caFile: stranger.file,
    })
    onCleanup(edge.stop)
    expect(edge.output()).toContain('No control plane has answered')
    expect((await viewer(edge.edge, {}).get('/playlist.m3u')).status).toBe(503)
    expect(edge.logs()['nginx-error.log']).toContain('certificate verify error')
  }, 120_000)

  test('an edge with another key serves nobody, and its error log says why, once a minute', async () => {
    await plane.addEdge('other')
    const edge = await startEdge(ground, { name: 'other', key: keys[1] ?? '', urls: [plane.url] })
    onCleanup(edge.stop)
    expect(edge.output()).toContain('No control plane has answered')
    expect((await viewer(edge.edge, {}).get('/playlist.m3u')).status).toBe(503)
    const told = edge.logs()['nginx-error.log']?.match(/control does not take this edge's key/g)
    expect([1, 2]).toContain(told?.length)
  }, 120_000)

  test('a revoked edge and a wrong key get 401 at once', async () => {
    const status = (id: string, key: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const { port } = new URL(plane.url)
        const headers = { Authorization: `Edge ${id}:${key}` }
        const ca = readFileSync(ground.ca.file)
        request(
          { host: '127.0.0.1', port, path: '/edge/v1/tables/networks', ca, headers },
          (answer) => {
            answer.resume()
            resolve(answer.statusCode ?? 0)
          },
        )
          .on('error', reject)
          .end()
      })
    const [key = ''] = keys
    expect(await status('north', key)).toBe(200)
    expect(await status('north', keys[1] ?? '')).toBe(401)
    expect(await status('nobody', key)).toBe(401)
    await admin.send('DELETE', '/edges/north')
    expect(await status('north', key)).toBe(401)
    await until('an edge that gives up', async () => {
      return (await viewer(north().edge, {}).get('/playlist.m3u')).status === 503
    })
    const audit = await admin.get<{ items: { action: string; subject: string }[] }>(
      '/audit?subject=north',
    )
    expect(audit.items.map(({ action }) => action)).toEqual(['edge.revoke', 'edge.add'])
  })
})
