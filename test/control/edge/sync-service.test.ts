import { expect, test } from 'vitest'
import { createEdgeCatchUp } from '../../../control/edge/edge-catch-up.ts'
import { createEdgeRegistry } from '../../../control/edge/edge-registry.ts'
import { type SyncPorts, sync } from '../../../control/edge/sync-service.ts'
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
    check: () => Promise.reject(new Error('nothing was opened alone')),
    registry: createEdgeRegistry(Date.now),
    catchUp: createEdgeCatchUp(),
    traffic: { add: (more) => void (bytes += more) },
    past: (edge, rows) => void past.push([edge, rows]),
    learn: (channel, protocol) => void learned.push([channel, protocol]),
  }
  return { ports, closed, past, learned, bytes: () => bytes }
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
