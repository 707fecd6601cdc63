import { expect, test } from 'vitest'
import { useCleanup } from '../cleanup.ts'
import { startNginx } from '../nginx/nginx.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

const onCleanup = useCleanup()

test('Redis keeps its data over a restart only when asked to', async () => {
  const redis = await startRedis({ args: ['--appendonly', 'yes'] })
  onCleanup(redis.stop)
  const { Redis } = await import('ioredis')
  const client = new Redis(redis.url)
  onCleanup(() => client.disconnect())
  client.on('error', () => {})
  await client.set('a', '1')
  await redis.restart()
  expect(await client.get('a')).toBe('1')
  await redis.restart({ keepData: false })
  expect(await client.get('a')).toBeNull()
})

test('nginx runs JavaScript on QuickJS', async () => {
  const nginx = await startNginx({
    files: { 'a.js': 'export default { v(r) { r.return(200, `${njs.engine} ${njs.version}`) } }' },
    conf: 'js_import a.js; server { listen 127.0.0.1:__PORT__; location / { js_content a.v; } }',
  })
  onCleanup(nginx.stop)
  const body = await (await fetch(nginx.url)).text()
  expect(body).toMatch(/^QuickJS 1\./)
})

test('PostgreSQL answers a query', async () => {
  const postgres = await startPostgres()
  onCleanup(postgres.stop)
  const { default: pg } = await import('pg')
  const client = new pg.Client(postgres.url)
  await client.connect()
  const { rows } = await client.query('select 1 + 1 as two')
  await client.end()
  expect(rows).toEqual([{ two: 2 }])
})
