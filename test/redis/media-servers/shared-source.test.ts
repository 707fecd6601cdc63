import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlexServer, startPlex } from '../../../control/demo/media-servers/plex.ts'
import { createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { createWatchBoard } from '../../../control/sessions/redis/watch-board.ts'
import { createMediaHub, type MediaHub } from '../../../control/sources/hub/hub.ts'
import type { PlayChange } from '../../../control/sources/model/live-play.ts'
import { staged, TOKEN } from '../../support/media-servers/media-servers.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'

interface Plane {
  readonly hub: MediaHub
  readonly changes: PlayChange[]
  readonly stop: () => Promise<void>
  /** Loses its connection to Redis, as one that is gone. */
  readonly cut: () => void
}

let redis: TestRedis
let plex: PlexServer
let planes: Plane[]

const LEASE_MS = 8000

const startPlane = async (name: string): Promise<Plane> => {
  const client = createRedis({ urls: [redis.url], onError: () => undefined })
  await waitForRedis(client, 5000)
  const changes: PlayChange[] = []
  const hub = createMediaHub({
    now: () => Date.now(),
    clientId: 'gatehouse-test',
    board: createWatchBoard(client, name),
    onChange: (change) => void changes.push(change),
    warn: () => undefined,
    resumeOf: async () => await Promise.resolve(() => null),
  })
  const server = { name: 'house', kind: 'plex', url: plex.url, token: TOKEN } as const
  await hub.configure([{ ...server, verifyTls: true, allowSignOut: false, from: 'config' }])
  const plane = {
    hub,
    changes,
    cut: () => client.disconnect(),
    stop: async () => {
      await hub.stop()
      client.disconnect()
    },
  }
  planes.push(plane)
  return plane
}

const stateOf = ({ hub }: Plane) => hub.list()[0]?.source.health().state
const idsOf = ({ hub }: Plane) => hub.sessions().map(({ id }) => id)
const opened = ({ changes }: Plane) =>
  changes.filter(({ type }) => type === 'opened').map(({ play }) => play.record.id)

beforeEach(async () => {
  redis = await startRedis()
  plex = await startPlex({ token: TOKEN })
  planes = []
})
afterEach(async () => {
  for (const plane of planes) await plane.stop()
  await plex.close()
  await redis.stop()
})

test('one control plane watches a server; the other shows the same, ends through it, and takes over', async () => {
  const first = await startPlane('first')
  await until('it is watched', () => stateOf(first) === 'watching')
  const second = await startPlane('second')
  plex.stage.play([staged(), staged({ session: 'b', item: { id: '502', title: 'B' } })])
  await until('both show it', () => idsOf(first).length === 2 && idsOf(second).length === 2)
  expect(idsOf(second)).toEqual(idsOf(first))
  expect(stateOf(second)).toBe('watching')
  expect(plex.listeners()).toBe(1)
  expect(opened(first)).toHaveLength(2)
  expect(second.changes).toEqual([])
  const [id = '', other = ''] = idsOf(second)
  expect(await second.hub.end(id, 'Enough')).toEqual({ state: 'confirmed' })
  expect(plex.stage.deeds()).toMatchObject([{ did: 'end', words: 'Enough' }])
  await until('both know', () => idsOf(second).every((one) => one !== id))
  await first.stop()
  await until('the other watches', () => plex.listeners() === 1 && second.changes.length > 0)
  // The play goes on under its id: it counts once.
  expect(idsOf(second)).toEqual([other])
  expect(opened(second)).toEqual([other])
})

test('one that is gone without a word is followed within its lease; an end it asked for is remembered', async () => {
  const first = await startPlane('first')
  await until('it is watched', () => stateOf(first) === 'watching')
  const second = await startPlane('second')
  plex.stage.play([staged({ isDeaf: true })])
  await until('both show it', () => idsOf(first).length === 1 && idsOf(second).length === 1)
  const [id = ''] = idsOf(second)
  void first.hub.end(id, '')
  await until('the other knows', () => second.hub.sessions()[0]?.state === 'ending')
  const since = performance.now()
  first.cut()
  await until('the other watches', () => opened(second).length === 1)
  expect(performance.now() - since).toBeLessThan(LEASE_MS + 10_000)
  expect(idsOf(second)).toEqual([id])
  expect(second.hub.sessions()).toMatchObject([{ state: 'ending' }])
})

test('while Redis is away each keeps its part', async () => {
  const first = await startPlane('first')
  const second = await startPlane('second')
  plex.stage.play([staged()])
  await until('both show it', () => idsOf(first).length === 1 && idsOf(second).length === 1)
  await redis.stop()
  plex.stage.play([staged(), staged({ session: 'b', item: { id: '502', title: 'B' } })])
  await until('the new play is seen', () => idsOf(first).length === 2)
  expect(second.changes).toEqual([])
})
