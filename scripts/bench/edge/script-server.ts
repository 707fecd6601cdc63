import fastify from 'fastify'
import { Redis } from 'ioredis'

/** Reference for the cost of an opening: a route that runs one script in Redis and answers. */
const [redisUrl = ''] = process.argv.slice(2)
const redis = new Redis(redisUrl, { enableAutoPipelining: true })
redis.defineCommand('admit', {
  numberOfKeys: 1,
  lua: `local now = redis.call('TIME')[1]
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60)
    redis.call('ZADD', KEYS[1], now, ARGV[1])
    redis.call('EXPIRE', KEYS[1], 120)
    return redis.call('ZCARD', KEYS[1])`,
})
const admit = (
  Reflect.get(redis, 'admit') as (key: string, session: string) => Promise<number>
).bind(redis)
let turn = 0
const app = fastify({ logger: false })
app.get('/open', async (_request, reply) => {
  turn += 1
  await admit(`account:${turn % 1000}`, `session:${turn % 3000}`)
  return await reply.code(302).header('Location', '/s/pass/ch1/index.m3u8').send()
})
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
