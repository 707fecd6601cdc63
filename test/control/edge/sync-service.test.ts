import { expect, test } from 'vitest'
import { mintPass, readPass } from '#domain/credentials/pass'
import { createEdgeCatchUp } from '../../../control/edge/edge-catch-up.ts'
import { createEdgeRegistry } from '../../../control/edge/edge-registry.ts'
import { type SyncPorts, sync } from '../../../control/edge/sync-service.ts'
import { nodeCrypto } from '../../../control/keys/node-crypto.ts'
import type { SyncRequest } from '../../../njs/domain/channels/protocol.ts'

const request: SyncRequest = {
  edge: 'edge-1',
  boot: 'b',
  njs: '1.0.2',
  nginx: '1.30.6',
  engine: 'QuickJS',
  clock: Date.now(),
  have: { policy: 'p', keys: 'k', networks: 'n', channels: 'n', bans: null, epoch: null },
  seen: [],
  traffic: [['aaaaaaaaaaaaaaaa', 100, 0]],
  closed: [['bbbbbbbbbbbbbbbb', 20, 3600]],
  degraded: [],
  free: {},
}

const policy = { version: 'p', groups: [], publicUrl: null, asksWithoutToken: false }

/** Ports that note what a sync did to the sessions. */
const notes = () => {
  const closed: [readonly string[], string | undefined][] = []
  const past: unknown[] = []
  const unshared: unknown[] = []
  const failed: unknown[] = []
  const learned: unknown[] = []
  let bytes = 0
  const ports: SyncPorts = {
    sessions: {
      renew: () => Promise.resolve({ kill: [], drop: [] }),
      close: (keys, reason) => {
        closed.push([keys, reason])
        return Promise.resolve()
      },
    },
    bans: { since: () => ({ cursor: '', full: false, set: [], clear: [], kill: [], drop: [] }) },
    clock: Date.now,
    epoch: () => null,
    policy: () => ({
      ...policy,
      roamAfterSec: 10,
      graceSec: 1,
      graceLeaseSec: 1,
      gracePassSec: 1,
      origins: [],
      manifestMs: null,
    }),
    keys: () => ({ version: 'k', current: 1, secrets: {} }),
    tableVersion: () => 'n',
    check: () => Promise.reject(new Error('no stream runs')),
    checkAlone: () => Promise.reject(new Error('nothing was opened alone')),
    registry: createEdgeRegistry(Date.now, () => ({ release: '0.1.0-abc', files: '' })),
    catchUp: createEdgeCatchUp(),
    traffic: { add: (more) => void (bytes += more) },
    past: (edge, rows) => void past.push([edge, rows]),
    unshared: (edge, rows) => void unshared.push([edge, rows]),
    failed: (...row) => void failed.push(row),
    learn: (channel, protocol) => void learned.push([channel, protocol]),
  }
  return { ports, closed, past, unshared, failed, learned, bytes: () => bytes }
}

test('a session the edge ended is closed for its reason, an unknown one for the general one', async () => {
  const { ports, closed } = notes()
  const ended = [
    ['cccccccccccccccc', 'session.cloned'],
    ['dddddddddddddddd', 'of a newer edge'],
  ] as const
  await sync({ ...request, closed: [], ended }, ports)
  expect(closed).toEqual([
    [['cccccccccccccccc'], 'session.cloned'],
    [['dddddddddddddddd'], 'session.ended'],
  ])
})

test('what origins answer for channels is learned', async () => {
  const { ports, learned } = notes()
  await sync({ ...request, protocols: [['one', 'hls']] }, ports)
  expect(learned).toEqual([['one', 'hls']])
})

test('what leads past an edge is counted, where one tells of it', async () => {
  const { ports, past } = notes()
  await sync(request, ports)
  await sync({ ...request, past: [['one', 'http://ads.example']] }, ports)
  expect(past).toEqual([[request.edge, [['one', 'http://ads.example']]]])
})

test('whose manifests are written for each viewer is counted, where an edge tells of it', async () => {
  const { ports, unshared } = notes()
  await sync(request, ports)
  await sync({ ...request, unshared: [['one', 'http://ads.example']] }, ports)
  expect(unshared).toEqual([[request.edge, [['one', 'http://ads.example']]]])
})

test('an origin asked in vain is counted by the reasons there are', async () => {
  const { ports, failed } = notes()
  const failures = [
    ['http://tv.example', 'origin.unreachable'],
    ['http://tv.example', 'of a newer edge'],
  ] as const
  await sync({ ...request, failures }, ports)
  expect(failed).toEqual([['http://tv.example', 'origin.unreachable']])
})

test('the meter counts what a stream sent while it ran and the rest at its end', async () => {
  const { ports, bytes } = notes()
  await sync(request, ports)
  expect(bytes()).toBe(120)
})

test('openings made alone wait for the viewers of sessions nobody knows', async () => {
  const { ports } = notes()
  const opening = { pass: 'p', channel: 'c', address: '192.0.2.1', agent: '', at: 0 }
  const degraded = [{ ...opening, key: 'cccccccccccccccc' }]
  const lost = { ...request, degraded, have: { ...request.have, epoch: 'lost' } }
  const { again, kill, epoch } = await sync(lost, ports)
  expect({ again, kill, epoch }).toEqual({ again: true, kill: [], epoch: 'none' })
  const told = { ...lost, have: { ...lost.have, epoch: 'none' } }
  expect((await sync(told, ports)).again).toBe(true)
  await expect(sync({ ...told, edge: 'edge-2' }, ports)).rejects.toThrow('nothing was opened')
})

test('of an account the oldest takes a slot first, other accounts do not wait for it, and who is refused hears why', async () => {
  const { ports } = notes()
  const passOf = (account: string, sid: string) =>
    mintPass(
      nodeCrypto,
      new Uint8Array(32),
      {
        kid: 1,
        fail: 'open',
        protocol: 'hls',
        expires: 2_000_000_000,
        sid: sid.padEnd(22, 'A'),
        download: null,
        group: 'all',
        account,
      },
      'c',
    )
  const report = (account: string, key: string) => ({
    key: key.padEnd(16, 'a'),
    pass: passOf(account, key),
    channel: 'c',
    address: '192.0.2.1',
    agent: '',
    at: 0,
  })
  const asked: string[] = []
  const playing = new Set<string>()
  const answers: (() => void)[] = []
  const checkAlone: SyncPorts['checkAlone'] = async ({ key, pass }) => {
    asked.push(key.slice(0, 2))
    await new Promise<void>((resolve) => void answers.push(resolve))
    const account = readPass(pass)?.account ?? ''
    const isFull = playing.has(account)
    playing.add(account)
    return isFull
      ? { outcome: 'refused', reason: 'cap.streams', denyUntil: 0 }
      : { outcome: 'admitted', sid: key, key, leaseMs: 1, isKnown: true, openedMs: 0 }
  }
  const degraded = [report('own:1', 'b1'), report('own:1', 'b2'), report('own:2', 'b3')]
  const answer = sync({ ...request, degraded }, { ...ports, checkAlone })
  await expect.poll(() => asked).toEqual(['b1', 'b3'])
  for (const go of answers.splice(0)) go()
  await expect.poll(() => asked).toEqual(['b1', 'b3', 'b2'])
  for (const go of answers.splice(0)) go()
  const { kill, bans } = await answer
  const refused = 'b2'.padEnd(16, 'a')
  expect(kill).toEqual([refused])
  expect(bans?.set).toEqual([[refused, expect.any(Number), 'cap.streams']])
})

test('an edge with files of another release says so, one of ours does not', async () => {
  const { ports } = notes()
  const alarmsOf = async (files: Pick<SyncRequest, 'release' | 'files'>) => {
    await sync({ ...request, have: { ...request.have, bans: '1' }, ...files }, ports)
    return ports.registry.list()[0]?.alarms.join() ?? ''
  }
  expect(await alarmsOf({ release: '0.1.0-abc', files: 'x' })).toBe('')
  expect(await alarmsOf({})).toContain('without a mark, older')
  expect(await alarmsOf({ release: '0.0.9-abc' })).toContain('0.0.9-abc, older')
  expect(await alarmsOf({ release: '0.2.0-abc' })).toContain('0.2.0-abc, newer')
  expect(await alarmsOf({ release: '0.1.0-def' })).toContain('was not upgraded')
})
