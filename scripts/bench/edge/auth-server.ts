import fastify from 'fastify'
import { Redis } from 'ioredis'

/** Reference: a Node server that looks the session up in Redis for every request. */
const [socket = '', redisUrl = ''] = process.argv.slice(2)
const redis = new Redis(redisUrl, { enableAutoPipelining: true })
await redis.set('session:pass', 'own:1')
const app = fastify({ logger: false })
app.get('/', async (request, reply) => {
  const account = await redis.get(`session:${String(request.headers['x-key'])}`)
  return await reply.code(account === null ? 403 : 204).send()
})
await app.listen({ path: socket })
process.stdout.write('ready\n')
