import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import type { TestService } from '../../support/programs/service.ts'
import { type Ground, makeGround, ready, startEdge, startPlane } from '../world/cluster.ts'
import { viewer } from '../world/viewer.ts'

const CROWD = 100
const onCleanup = useCleanup('all')
let ground: Ground
let edge: TestService
let connections = 0

/** Hands connections on to a control plane, and counts them. */
const startRelay = async (to: number): Promise<number> => {
  const sockets = new Set<Socket>()
  const relay = createServer((incoming) => {
    connections += 1
    const outgoing = connect(to, '127.0.0.1')
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        incoming.destroy()
        outgoing.destroy()
      })
    }
    incoming.pipe(outgoing).pipe(incoming)
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  onCleanup(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => relay.close(resolve))
  })
  return (relay.address() as AddressInfo).port
}

beforeAll(async () => {
  ground = await makeGround()
  onCleanup(ground.remove)
  const plane = await startPlane(ground)
  onCleanup(plane.stop)
  const port = await startRelay(Number(new URL(plane.url).port))
  const key = await plane.addEdge('far')
  edge = await startEdge(ground, { name: 'far', key, urls: [`https://localhost:${port}`] })
  onCleanup(edge.stop)
  await ready(edge)
}, 300_000)

test('crowds that open in one moment go over the connections that the first has left', async () => {
  const at = (crowd: number, n: number) =>
    viewer(edge.edge, { address: `203.0.${112 + crowd}.${n + 1}` })
  const ticket = await at(0, CROWD).ticket()
  const before = connections
  const asked: number[] = []
  for (const crowd of [0, 1, 2, 3]) {
    const replies = await Promise.all(
      Array.from({ length: CROWD }, (_, n) => at(crowd, n).open('federal-1', ticket)),
    )
    expect(replies.map(({ status }) => status)).toEqual(Array.from(replies, () => 302))
    asked.push(connections - before)
  }
  // A few more are those of the sync, and of questions that were repeated.
  expect(asked.at(-1), asked.join()).toBeLessThan(CROWD * 1.2)
}, 120_000)
