import { expect, test } from 'vitest'
import { createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { createRemoval } from '../../../control/sessions/redis/remove-members.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { startRedis } from '../../support/programs/redis.ts'

const onCleanup = useCleanup()

const connect = async () => {
  const server = await startRedis()
  onCleanup(() => server.stop())
  const redis = createRedis({ urls: [server.url], commandTimeoutMs: 10_000 })
  onCleanup(() => redis.disconnect())
  await waitForRedis(redis, 5_000)
  const errors: unknown[] = []
  const removal = createRemoval(redis, (error) => errors.push(error))
  return { redis, removal, errors }
}

test('members go from their sets, a thousand sets of one as well as one set of many', async () => {
  const { redis, removal, errors } = await connect()
  const nets = Array.from({ length: 1001 }, (_, at) => `net ${at}`)
  await Promise.all(nets.map(async (net) => await redis.zadd(net, 1, 'gone')))
  await redis.zadd('live', 1, 'gone', 2, 'too', 3, 'stays')
  await redis.zadd('net 7', 2, 'stays')
  for (const net of nets) removal.add(net, 'gone')
  for (const member of ['gone', 'too', 'never there']) removal.add('live', member)
  removal.flush()
  expect(await redis.zrange('live', 0, '-1')).toEqual(['stays'])
  expect(await redis.zrange('net 7', 0, '-1')).toEqual(['stays'])
  expect(await redis.dbsize()).toBe(2)
  expect(errors).toEqual([])
})

test('what was named before something is written is removed before it, by itself one turn later', async () => {
  const { redis, removal } = await connect()
  await redis.zadd('net', 1, 'one')
  removal.add('net', 'one')
  removal.flush()
  await redis.zadd('net', 2, 'one')
  expect(await redis.zscore('net', 'one')).toBe('2')
  removal.add('net', 'one')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await redis.zscore('net', 'one')).toBeNull()
})

test('a set that is none is told, and the others lose their members', async () => {
  const { redis, removal, errors } = await connect()
  await redis.set('text', 'x')
  await redis.zadd('net', 1, 'one')
  removal.add('net', 'one')
  removal.add('text', 'one')
  removal.flush()
  await redis.ping()
  expect(String(errors)).toContain('WRONGTYPE')
  expect(await redis.zscore('net', 'one')).toBeNull()
})
