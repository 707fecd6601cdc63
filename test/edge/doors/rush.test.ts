import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const MANY = 250
let rig: Rig
beforeAll(async () => {
  rig = await startRig(
    (stub, origin) => {
      // The edge opens without control where that is late, as on a loaded machine, and loses nobody then either.
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true, cap: null })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
      const body = '#EXTM3U\n1.ts\n'
      origin.files.set('/hls/ch1/index.m3u8', { type: 'application/vnd.apple.mpegurl', body })
    },
    (it) => ({ ...it, workers: 1 }),
  )
})
afterAll(async () => await rig?.stop())

/** A connection; `send` asks on it, and says with what status it is answered. */
const connection = async () => {
  const socket = connect(rig.nginx.port, '127.0.0.1')
  await once(socket, 'connect')
  return {
    send: async (path: string, from: string): Promise<string> => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: edge\r\nX-Forwarded-For: ${from}\r\n\r\n`)
      const [head] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return head.toString('latin1').split(' ', 2)[1] ?? ''
    },
  }
}

const connectMany = async () => await Promise.all(Array.from({ length: MANY }, connection))

/** Opens for as many viewers at once, and calls `each` with every status that comes. */
const openAll = (
  crowd: Awaited<ReturnType<typeof connectMany>>,
  path: string,
  net: number,
  each: (status: string) => void,
) =>
  crowd.map(async ({ send }, viewer) =>
    each(await send(path, `198.51.${net + (viewer >> 8)}.${viewer & 255}`)),
  )

test('in a rush a worker asks control three times a millisecond beyond its first, loses nobody, and answers who plays between', async () => {
  const path = `/live/${rig.ticket()}/ch1/index.m3u8`
  const from = '203.0.113.1'
  const playing = (await rig.get(path, { from })).headers.get('location') ?? ''
  expect((await rig.get(playing, { from })).status).toBe(200)
  // The JavaScript contexts of as many are made first, which takes longer than what is measured.
  const first = await connectMany()
  await Promise.all(openAll(first, path, 100, (status) => expect(status).toBe('302')))
  const asked = rig.stub.count('/open')
  const [player, crowd] = [await connection(), await connectMany()]
  const statuses: string[] = []
  const began = performance.now()
  const rush = openAll(crowd, path, 110, (status) => statuses.push(status))
  expect(await player.send(playing, from)).toBe('200')
  const before = statuses.length
  await Promise.all(rush)
  expect(performance.now() - began).toBeGreaterThan(0.25 * MANY)
  expect(new Set(statuses)).toEqual(new Set(['302']))
  expect(statuses.length).toBe(MANY)
  expect(rig.stub.count('/open') - asked).toBeLessThanOrEqual(MANY)
  expect(before).toBeLessThan(MANY)
})
