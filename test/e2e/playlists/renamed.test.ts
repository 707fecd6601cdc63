import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { startPostgres } from '../../support/programs/postgres.ts'
import { startRedis } from '../../support/programs/redis.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { viewer } from '../world/viewer.ts'

const onCleanup = useCleanup('all')
const KIDS = { address: '10.1.0.1' }
const ALL = { address: '198.51.100.1' }
let at = ''
let list = ''
let config = ''
let folder = ''
let one: TestService
let two: TestService

const line = (path: string, id: string, name: string) =>
  `#EXTINF:-1 tvg-id="${id}" group-title="Mix",${name}\n${at}${path}\n`
const ad = (id: string, name: string, login = 'first') =>
  line(`/ad/index.m3u8?token=${login}123456`, id, name)
const pin = (id: string, name: string) => line('/pin/index.m3u8', id, name)
const news = (id = 'news') => line('/news/index.m3u8', id, 'News')

const start = async (name: string) => {
  const service = await startService({
    config: config.replace('edge:\n', `edge:\n  id: ${name}\n`),
    state: join(folder, name),
  })
  onCleanup(async () => await service.stop())
  return service
}

beforeAll(async () => {
  at = `http://127.0.0.1:${await freePort()}`
  const server = createServer(({ url = '' }, response) => {
    const isList = url.startsWith('/list.m3u')
    const body = isList
      ? `#EXTM3U\n${list}`
      : '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n'
    response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).end(body)
  })
  server.listen(Number(new URL(at).port), '127.0.0.1')
  onCleanup(() => server.closeAllConnections())
  onCleanup(() => server.close())
  const ground = await tempDir()
  onCleanup(ground.remove)
  folder = ground.path
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  for (const { stop } of [redis, postgres]) onCleanup(stop)
  config = `edge:
  listen: __EDGE__
  workers: 1
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
redis: { url: '${redis.url}' }
store: { url: '${postgres.url}' }
sources:
  - { name: provider, url: '${at}/list.m3u', refresh_sec: 3600 }
groups:
  - { name: kids, networks: [10.1.0.0/16], channels: { exclude: [adult1] } }
  - { name: chosen, networks: [10.2.0.0/16], channels: { ids: [news, bonus] } }
  - { name: everyone, default: true }
auth_backends:
  - { name: nobody, allow_default: false }
channels:
  - { match: '^pin', auth: nobody }
`
  list = ad('adult1', 'One') + pin('pin1', 'Two') + news()
  one = await start('one')
}, 300_000)

const refresh = async (service: TestService, next: string) => {
  list = next
  const answer = await service.api('/api/v1/sources/provider/refresh', { method: 'POST' })
  expect(answer.status).toBe(200)
}

const channels = (service: TestService, who: { address: string }) =>
  viewer(service.edge, who).channels()

/** What an opening by a ticket of the viewer's group comes to. */
const opened = async (
  service: TestService,
  who: { address: string },
  id: string,
  ticket?: string,
) => {
  const { status, reason } = await viewer(service.edge, who).open(id, ticket)
  return status === 302 ? 'in' : reason
}

const isClosed = async (service: TestService, id: string, ticket?: string) => {
  await until('the list', async () => (await channels(service, ALL)).includes(id))
  expect(await channels(service, KIDS)).not.toContain(id)
  expect(await opened(service, KIDS, id, ticket)).toBe('channel.not_in_group')
  expect(await channels(service, { address: '10.2.0.1' })).toEqual(['news'])
}

test('what a rule or group closed stays closed under other names, also for a ticket from before', async () => {
  const ticket = await viewer(one.edge, KIDS).ticket()
  expect(await opened(one, KIDS, 'adult1', ticket)).toBe('channel.not_in_group')
  expect(await opened(one, ALL, 'pin1')).toBe('rule.no_match')
  for (const [id, name] of [
    ['', 'One'],
    ['bonus', 'Bonus'],
  ] as const) {
    await refresh(one, ad(id, name) + pin('free', 'Free') + news())
    await isClosed(one, id || 'one', ticket)
  }
  expect(await opened(one, ALL, 'free')).toBe('rule.no_match')
  expect(await opened(one, KIDS, 'news')).toBe('in')
  expect(await opened(one, ALL, 'bonus')).toBe('in')
  await refresh(one, news() + ad('bonus', 'Bonus', 'second') + pin('free', 'Free'))
  await isClosed(one, 'bonus', ticket)
  const shown = await one.api('/api/v1/channels?name=bonus')
  expect(await shown.json()).toMatchObject({ items: [{ id: 'bonus', former: ['adult1', 'one'] }] })
}, 240_000)

test('after a restart, for a list that changed meanwhile, and at another control plane', async () => {
  two = await start('two')
  await isClosed(two, 'bonus')
  expect(await opened(two, ALL, 'free')).toBe('rule.no_match')
  await one.stop()
  list = ad('third', 'Third', 'third') + pin('pin1', 'Two') + news('other')
  one = await start('one')
  await until('the new list', async () => (await channels(one, ALL)).includes('third'))
  expect(await channels(one, KIDS)).not.toContain('third')
  expect(await opened(one, ALL, 'pin1')).toBe('rule.no_match')
  await refresh(one, ad('bonus', 'Bonus', 'fourth') + pin('free', 'Free') + news())
  await isClosed(one, 'bonus')
}, 240_000)

test('also one that was in no list while all control planes started anew', async () => {
  const late = (id: string) => line('/late/index.m3u8', id, 'Late')
  const rest = ad('bonus', 'Bonus', 'fourth') + pin('free', 'Free') + news()
  for (const next of [rest + late('pinned'), rest]) await refresh(one, next)
  await refresh(two, rest)
  await Promise.all([one.stop(), two.stop()])
  one = await start('one')
  two = await start('two')
  for (const service of [one, two]) {
    await refresh(service, rest + late('open'))
    await until('the list', async () => (await channels(service, ALL)).includes('open'))
    expect(await opened(service, ALL, 'open')).toBe('rule.no_match')
  }
}, 240_000)

test('until it is forgotten, everywhere', async () => {
  await refresh(two, list)
  const command = ['channels', 'forget', 'bonus', '--state', one.state]
  const { code, stderr } = await run([join(packageRoot(), 'scripts/gatehouse'), ...command])
  expect(code, stderr).toBe(0)
  for (const service of [one, two])
    await until('the opening', async () => (await channels(service, KIDS)).includes('bonus'))
  await until('the edge', async () => (await opened(one, KIDS, 'bonus')) === 'in')
  expect(await opened(one, ALL, 'free')).toBe('rule.no_match')
}, 120_000)
