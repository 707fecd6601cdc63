import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmby } from '../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { startPlex } from '../../../control/demo/media-servers/plex.ts'
import { staged, TOKEN } from '../../support/media-servers/media-servers.ts'
import { madeData, play } from '../../support/media-servers/tautulli-made.ts'
import { type Row, startTautulli } from '../../support/media-servers/tautulli-server.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { run } from '../world/auth-world.ts'
import { adminOf } from '../world/world.ts'

/** Who plays at a server: two at once without having signed in, and one who has. */
const playsOf = (name: string, nobody: { readonly id: string; readonly name: string }) => {
  const device = { id: `${name} tv`, name: 'TV', app: 'App', platform: 'webOS' }
  return [
    staged({ session: `${name}-1`, user: nobody, device, address: '198.51.100.7' }),
    staged({
      session: `${name}-2`,
      user: nobody,
      device: { ...device, id: `${name} phone` },
      address: '203.0.113.44',
    }),
    staged({ session: `${name}-3`, user: { id: '7', name: 'Ann' }, device, address: '192.0.2.9' }),
  ]
}

const cleanUp: (() => Promise<unknown>)[] = []
let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  const folder = await tempDir()
  const token = join(folder.path, 'token')
  writeFileSync(token, `${TOKEN}\n`)
  const plex = await startPlex({ token: TOKEN })
  const jellyfin = await startJellyfin({ token: TOKEN })
  const emby = await startEmby({ token: TOKEN })
  plex.stage.play(playsOf('house', { id: '0', name: 'Local' }))
  jellyfin.stage.play(playsOf('attic', { id: '0'.repeat(32), name: '' }))
  emby.stage.play(playsOf('cellar', { id: 'System', name: 'System' }))
  const now = Math.floor(Date.now() / 1000)
  const past = (user: number, id: number, over: Row) =>
    play({ user_id: user, row_id: id, started: now - 7200, ...over })
  const tautulli = await startTautulli({
    ...madeData({
      0: [past(0, 2, { machine_id: 'tv', ip_address: '203.0.113.44' }), past(0, 1, {})],
      7: [past(7, 3, { ip_address: '192.0.2.9' })],
    }),
    apiKey: TOKEN,
  })
  service = await startService({
    config: `admin: { listen: __ADMIN__ }
media_servers:
  - { name: house, kind: plex, url: '${plex.url}', token_file: ${token} }
  - { name: attic, kind: jellyfin, url: '${jellyfin.url}', token_file: ${token} }
  - { name: cellar, kind: emby, url: '${emby.url}', token_file: ${token} }
`,
  })
  cleanUp.push(
    () => service.stop(),
    ...[plex, jellyfin, emby, tautulli].map((one) => () => one.close()),
    folder.remove,
  )
  admin = adminOf(service)
  const address = [
    '--host',
    tautulli.url,
    '--api-key-file',
    token,
    '--server',
    'shed',
    '--owner',
    '77',
  ]
  const imported = await run(['import', 'tautulli', ...address, '--state', service.state])
  expect(imported).toMatchObject({ code: 0 })
  await admin.send('PUT', '/rules/one-screen', {
    id: 'one-screen',
    kind: 'concurrent_streams',
    params: { max_streams: 1, min_overlap_minutes: 0 },
    actions: [{ do: 'observe' }],
  })
})
afterAll(async () => {
  for (const close of cleanUp) await close()
})

const items = async <T>(path: string): Promise<T[]> => (await admin.get<{ items: T[] }>(path)).items
const keysOf = async (path: string) =>
  (await items<{ key: string }>(path)).map(({ key }) => key).sort()

const SERVERS = ['attic', 'cellar', 'house', 'shed']
/** The users of servers are asked for once a minute. */
const PATIENCE_MS = 120_000

/** A Jellyfin shows no user for whoever has not signed in: such sessions are no plays. */
const PLAYS = 3 + 1 + 3
const ANNS = SERVERS.map((name) => `server:${name}:7`)

test('viewers who have not signed in play, and are no account, no person and no finding', async () => {
  const plays = () => items<{ account: string }>('/history/plays?limit=200')
  await until(
    'all plays are in history',
    async () => (await plays()).length >= PLAYS + 3,
    PATIENCE_MS,
  )
  const sessions = await items<{ user_id: string }>('/sessions?limit=200')
  expect(sessions).toHaveLength(PLAYS)
  expect(await keysOf('/history/accounts')).toEqual(ANNS)
  expect(await admin.get('/history/viewers')).toEqual({ viewers: 4 })
  // Each plays on one day, which for the past play may be yesterday.
  const days = await items<{ viewers: number }>('/history/days')
  expect(days.reduce((n, { viewers }) => n + viewers, 0)).toBe(4)
  const total = (await items<{ plays: number }>('/history/edges')).reduce(
    (n, one) => n + one.plays,
    0,
  )
  expect(total).toBe(PLAYS + 3)
  const users = async () =>
    (await items<{ accounts: { account: string }[] }>('/people')).flatMap((one) => one.accounts)
  await until(
    'the users of all servers are known',
    async () => (await users()).length > 0,
    PATIENCE_MS,
  )
  for (const { account } of await users()) expect(ANNS).toContain(account)
  await admin.send('POST', '/sharing/assess', {})
  expect(
    (await items<{ account: string }>('/sharing')).filter(({ account }) => !ANNS.includes(account)),
  ).toEqual([])
  expect((await items('/findings')).length).toBe(0)
  const networks = await items<{ id: string; users: number }>('/networks')
  for (const { id, users: n } of networks)
    expect([id, n]).toEqual([id, id.startsWith('192.0.2.') ? 3 : 0])
  const state = ['--state', service.state]
  expect((await run(['history', 'viewers', ...state])).out).toContain('4')
  expect((await run(['history', 'accounts', ...state])).out).not.toMatch(/Local|System|:0/)
}, 300_000)
