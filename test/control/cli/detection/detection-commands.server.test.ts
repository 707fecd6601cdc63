import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'
import { publishEvents } from '../../../../control/events/publisher.ts'
import { run } from '../../../../control/runtime/exec.ts'
import { worldConfig } from '../../../e2e/world/world.ts'
import { sessionEvents } from '../../../redis/detectors/detectors-samples.ts'
import { tempDir } from '../../../support/cleanup.ts'
import { until } from '../../../support/programs/port.ts'
import { startService, type TestService } from '../../../support/programs/service.ts'

const MINUTE = 60_000
const LYON = { country: 'FR', city: 'Lyon', latitude: 45.76, longitude: 4.84, accuracyKm: 25 }
const SYDNEY = {
  country: 'AU',
  city: 'Sydney',
  latitude: -33.87,
  longitude: 151.21,
  accuracyKm: 25,
}

let service: TestService
let folder: { path: string; remove: () => Promise<void> }
beforeAll(async () => {
  folder = await tempDir()
  // Without the demo's media server, whose plays would stand in the history too.
  const config = worldConfig().replace(
    'one-screen, max_sessions: 1',
    'two-screens, max_sessions: 2',
  )
  service = await startService({ config, state: join(folder.path, 'state') })
  const at = Date.now() - 180 * MINUTE
  const who = { account: 'own:two-screens', accountName: 'two\u001b[31m' }
  const home = { ...who, id: 'h1', network: '192.0.2.1', client: 'VLC', channel: 'news', ...LYON }
  const away = {
    ...who,
    id: 'a1',
    network: '198.51.100.9',
    client: 'TiviMate',
    channel: 'film',
    ...SYDNEY,
  }
  const redis = new Redis({ path: join(service.state, 'run/redis.sock') })
  await publishEvents(redis, [
    ...sessionEvents(home, at, 80),
    ...sessionEvents(away, at + 20 * MINUTE, 50),
  ])
  redis.disconnect()
  await until('the finding', async () => (await json('findings', 'list')).items.length > 0, 30_000)
  const isWritten = async () => (await json('history', 'plays')).items.length === 2
  await until('the history', isWritten, 30_000)
})
afterAll(async () => {
  await service.stop()
  await folder.remove()
})

const program = join(packageRoot(), 'scripts/gatehouse')
const gatehouse = async (...args: string[]) =>
  await run([program, ...args, '--state', service.state])

const json = async (...args: string[]) => JSON.parse((await gatehouse(...args, '--json')).stdout)

const draft = (text: string): string => {
  const file = join(folder.path, 'draft.yaml')
  writeFileSync(file, text)
  return file
}

test('a finding is listed, shown, judged; trust follows; nothing steers the terminal', async () => {
  const { stdout } = await gatehouse('findings', 'list', '--judged', 'open')
  expect(stdout).toMatch(/own:two-screens +simultaneous_places +warning +open +observe:done/)
  const [{ id }] = (await json('findings', 'list')).items
  expect((await gatehouse('findings', 'show', id)).stdout).toMatch(/Lyon[^]*Sydney[^]*distanceKm/)
  // By a dry run, two places cost an account nobody calls shared no trust until an operator says so.
  expect((await gatehouse('sharing', 'trust', 'two-screens')).stdout).toMatch(/^100 /)
  expect((await gatehouse('findings', 'confirm', id)).stdout).toBe('confirmed\n')
  expect((await gatehouse('sharing', 'trust', 'two-screens')).stdout).toMatch(/^90 \(trusted\)/)
  expect((await gatehouse('findings', 'dismiss', id)).stdout).toBe('dismissed\n')
  expect((await gatehouse('sharing', 'trust', 'two-screens')).stdout).toMatch(/^100 /)
  const shown = await gatehouse('sharing', 'show', 'two-screens', '--now')
  expect(shown).toMatchObject({ code: 0 })
  expect(shown.stdout).toContain('household in Lyon')
  expect(shown.stdout).not.toContain('\u001b')
  const missing = await gatehouse('findings', 'show', 'none')
  expect(missing).toMatchObject({ code: 2, stderr: "There is no finding 'none'.\n" })
})

test('rules are put from a file, linted and deleted; a bad file says all that is wrong', async () => {
  const good = draft('{ id: busy, kind: concurrent_streams, params: { max_streams: 1 } }')
  expect(await gatehouse('rules', 'lint', good)).toMatchObject({ code: 1 })
  expect((await gatehouse('rules', 'put', good)).stdout).toMatch(/^put busy\nrule busy: two people/)
  expect((await gatehouse('rules', 'list')).stdout).toMatch(/busy +concurrent_streams +true +true/)
  expect((await gatehouse('rules', 'show', 'busy')).stdout).toContain('max_streams: 1')
  expect((await gatehouse('rules', 'delete', 'busy')).stdout).toBe('deleted\n')
  const bad = await gatehouse(
    'rules',
    'put',
    draft('[{ id: x, kind: y }, { id: Z, kind: restreaming }]'),
  )
  expect(bad.code).toBe(2)
  expect(bad.stderr).toMatch(/rules\[0\]\.kind[^]*rules\[1\]\.id/)
  expect(bad.stderr).not.toMatch(/\n\s+at /)
})

test('history, report and backtest read what the running control plane holds', async () => {
  expect((await gatehouse('history', 'top')).stdout).toMatch(/^key +plays/)
  const keys = (page: { items: { key: string }[] }) => page.items.map(({ key }) => key).sort()
  expect(keys(await json('history', 'top'))).toEqual(['film', 'news'])
  expect(keys(await json('history', 'countries'))).toEqual(['AU', 'FR'])
  expect((await gatehouse('history', 'viewers')).stdout).toBe('1\n')
  const report = await gatehouse('report', '--source', 'history', '--json')
  expect(JSON.parse(report.stdout).users).toMatchObject([{ user_id: 'own:two-screens' }])
  const rules = draft('[{ id: draft, kind: simultaneous_places }]')
  const backtest = await gatehouse('backtest', '--rules', rules, '--days', '3', '--json')
  expect(backtest.code).toBe(1)
  expect(JSON.parse(backtest.stdout).comparison.both).toEqual(['own:two-screens'])
  const kinds = (text: string) =>
    JSON.parse(text).users[0].findings.map(({ kind }: { kind: string }) => kind)
  expect(kinds(report.stdout)).toContain('simultaneous_places')
  await gatehouse('feedback', 'add', 'two-screens', 'network', '198.51.100.9')
  const excused = await gatehouse('report', '--source', 'history', '--json')
  expect(kinds(excused.stdout)).toEqual([])
  const { stdout } = await gatehouse('feedback', 'add', 'two-screens', 'account')
  const id = /remembered as (\S+)/.exec(stdout)?.[1] ?? ''
  const silenced = await gatehouse('backtest', '--rules', rules, '--days', '3', '--json')
  expect(JSON.parse(silenced.stdout).found).toEqual([])
  expect((await gatehouse('feedback', 'list', 'two-screens')).stdout).toContain(id)
  expect((await gatehouse('feedback', 'remove', id)).stdout).toBe('removed\n')
})

test('plays of viewers who have not signed in count, and are no account', async () => {
  const before = await json('history', 'top')
  const startedAt = Date.now() - 120 * MINUTE
  const plays = [
    'server:den:0',
    'server:den:Local',
    'server:attic:System',
    'server:attic:',
    'Local',
  ].map((account, n) => ({
    id: `nobody ${n}`,
    source: 'plex:den',
    account,
    accountName: 'Local',
    channel: 'news',
    startedAt,
    lastSeenAt: startedAt + MINUTE,
    endedAt: startedAt + MINUTE,
  }))
  const file = join(folder.path, 'nobody.ndjson')
  writeFileSync(file, plays.map((play) => JSON.stringify(play)).join('\n'))
  expect((await gatehouse('import', 'history', file)).code).toBe(0)
  const news = (page: { items: { key: string; plays: number }[] }) =>
    page.items.find(({ key }) => key === 'news')?.plays ?? 0
  expect(news(await json('history', 'top'))).toBe(news(before) + 5)
  expect((await json('history', 'accounts')).items).toMatchObject([{ key: 'own:two-screens' }])
  expect((await gatehouse('history', 'viewers')).stdout).toBe('1\n')
  for (const days of [
    ['--days', '1'],
    ['--tz', 'Asia/Kathmandu'],
  ])
    expect(
      (await json('history', 'days', ...days)).items.map((day: { viewers: number }) => day.viewers),
    ).toEqual(expect.not.arrayContaining([2]))
  expect((await gatehouse('people', 'list')).stdout).not.toMatch(/server:/)
  expect((await gatehouse('sharing', 'list')).stdout).not.toMatch(/server:/)
})
