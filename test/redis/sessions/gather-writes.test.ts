import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { gatherWrites } from '../../../control/sessions/redis/gather-writes.ts'

/** A turn of the event loop. */
const turn = () => new Promise<void>((done) => setImmediate(done))

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A server that answers only when it is told to, and a client of it. */
const connect = async () => {
  const chunks: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      // What the client says of itself is answered at once.
      const told = text.match(/\b(?:hello|setinfo)\b/gi)?.length ?? 0
      if (told > 0) socket.write('+OK\r\n'.repeat(told))
      else chunks.push(text)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const redis = new Redis(port, '127.0.0.1', {
    enableReadyCheck: false,
    retryStrategy: () => 10,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => undefined)
  ends.push(() => {
    redis.disconnect()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(redis, 'ready')
  gatherWrites(redis)
  const answer = (count: number) => sockets.at(-1)?.write('+OK\r\n'.repeat(count))
  const cut = () => sockets.at(-1)?.destroy()
  return { redis, chunks, answer, cut }
}

test('while Redis has not answered, what is asked for in several turns waits, and goes in one write', async () => {
  const { redis, chunks, answer } = await connect()
  const first = redis.set('a', '1')
  await expect.poll(() => chunks.length).toBe(1)
  const later: Promise<unknown>[] = []
  for (const name of ['b', 'c', 'd']) {
    later.push(redis.set(name, '1'))
    await turn()
  }
  expect(redis.stream.writableCorked).toBe(1)
  answer(1)
  expect(await first).toBe('OK')
  await expect.poll(() => chunks.length).toBe(2)
  expect(chunks[1]?.match(/set/gi)).toHaveLength(3)
  answer(3)
  expect(await Promise.all(later)).toEqual(['OK', 'OK', 'OK'])
  expect(redis.stream.writableCorked).toBe(0)
})

test('what waited on a connection that breaks fails, and the next one is asked at once', async () => {
  const { redis, chunks, answer, cut } = await connect()
  const lost = [redis.set('a', '1')]
  await expect.poll(() => chunks.length).toBe(1)
  lost.push(redis.set('b', '1'))
  await turn()
  const again = once(redis, 'ready')
  cut()
  const results = await Promise.allSettled(lost)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await again
  const fresh = redis.set('c', '1')
  await expect.poll(() => chunks.some((chunk) => chunk.includes('c'))).toBe(true)
  answer(1)
  expect(await fresh).toBe('OK')
})
