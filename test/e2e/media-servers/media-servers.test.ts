import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmby } from '../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import type { MediaBrowserServer } from '../../../control/demo/media-servers/mediabrowser.ts'
import { type PlexServer, startPlex } from '../../../control/demo/media-servers/plex.ts'
import { staged, TOKEN } from '../../support/media-servers/media-servers.ts'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { run } from '../world/auth-world.ts'
import { adminOf } from '../world/world.ts'
import type { Finding, Session, Status } from './shown.ts'

let service: TestService
let plex: PlexServer
let jellyfin: MediaBrowserServer
let emby: MediaBrowserServer
let folder: { path: string; remove: () => Promise<void> }
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  folder = await tempDir()
  plex = await startPlex({ token: TOKEN })
  jellyfin = await startJellyfin({ token: TOKEN })
  emby = await startEmby({ token: TOKEN })
  const token = join(folder.path, 'token')
  writeFileSync(token, `${TOKEN}\n`)
  service = await startService({
    config: `admin: { listen: __ADMIN__ }
media_servers:
  - { name: house, kind: plex, url: '${plex.url}', token_file: ${token} }
  - { name: attic, kind: jellyfin, url: '${jellyfin.url}', token_file: ${token}, sign_out: true }
home_networks: [192.0.2.0/24]
`,
  })
  admin = adminOf(service)
})
afterAll(async () => {
  await service.stop()
  await Promise.all([plex.close(), jellyfin.close(), emby.close()])
  await folder.remove()
})

const sessions = async (): Promise<Session[]> =>
  (await admin.get<{ items: Session[] }>('/sessions?limit=200')).items

const playsNow = (user: string) => async (): Promise<boolean> =>
  (await sessions()).some(({ user_id }) => user_id === user)

const statuses = async (): Promise<Status[]> =>
  (await admin.get<{ items: Status[] }>('/media-servers')).items

const statusOf = async (name: string): Promise<Status | undefined> =>
  (await statuses()).find((one) => one.name === name)

describe('media servers alone', () => {
  test('start no nginx, and say no playlist', () => {
    expect(service.ready.edge).toBe('')
    expect(Object.keys(service.logs()).sort()).toEqual(['control.log', 'redis.log'])
  })

  test('are watched, and never tell their tokens', async () => {
    await until('both are watched', async () =>
      (await statuses()).every(({ state }) => state === 'watching'),
    )
    expect(await statuses()).toMatchObject([
      { name: 'house', kind: 'plex', from: 'config', signIn: 'accepted', problem: null },
      { name: 'attic', kind: 'jellyfin', can: { signOut: true, limit: 'sign-ins' } },
    ])
    expect(JSON.stringify(await statuses())).not.toContain(TOKEN)
  })

  test('show their plays as sessions, with who and from where', async () => {
    plex.stage.play([staged()])
    jellyfin.stage.play([
      staged({ session: 'b', address: '::ffff:192.0.2.7', user: { id: '9', name: 'Bob' } }),
    ])
    await until('both play', async () => (await sessions()).length === 2)
    const shown = (await sessions()).toSorted((a, b) => a.source.localeCompare(b.source))
    expect(shown).toMatchObject([
      { source: 'jellyfin:attic', user_id: 'server:attic:9', user_name: 'Bob', ip: '192.0.2.7' },
      {
        source: 'plex:house',
        user_id: 'server:house:1',
        user_name: 'Ann',
        name: 'A Film',
        state: 'playing',
        delivery: 'direct play',
      },
    ])
    const [first] = shown
    const page = await admin.get<{ items: Session[]; next: string; total: number }>(
      '/sessions?limit=1',
    )
    expect(page).toMatchObject({ total: 2 })
    const rest = await admin.get<{ items: Session[]; next: null }>(
      `/sessions?limit=1&after=${page.next}`,
    )
    expect([...page.items, ...rest.items].map(({ id }) => id).sort()).toEqual(
      shown.map(({ id }) => id).sort(),
    )
    expect(rest.next).toBeNull()
    const sorted = await admin.get<{ items: Session[] }>('/sessions?sort=-opened_at')
    expect(sorted.items).toHaveLength(2)
    expect(await admin.get<Session>(`/sessions/${first?.id ?? ''}`)).toMatchObject({
      id: first?.id,
    })
    expect((await admin.get<{ totalClients: number }>('/live')).totalClients).toBe(2)
    const { items } = await admin.get<{ items: unknown[] }>('/sessions?user_id=server:attic:9')
    expect(items).toHaveLength(1)
  })

  test('put their plays into history; what the owner names is home', async () => {
    interface Play {
      readonly account: string
      readonly isLan: boolean
      readonly endedAt: number | null
    }
    const plays = async (account: string): Promise<Play[]> =>
      (await admin.get<{ items: Play[] }>(`/accounts/${account}/plays`)).items
    await until('history has both', async () =>
      (await Promise.all([plays('server:house:1'), plays('server:attic:9')])).every(
        (rows) => rows.length === 1,
      ),
    )
    expect((await plays('server:attic:9'))[0]).toMatchObject({ isLan: true, endedAt: null })
    expect((await plays('server:house:1'))[0]).toMatchObject({ isLan: false })
  })

  test('end a stream when asked to: confirmed, with the words shown', async () => {
    const [session] = (await sessions()).filter(({ source }) => source === 'plex:house')
    const ended = await admin.send('DELETE', `/sessions/${session?.id ?? ''}?message=Enough`)
    expect(ended).toMatchObject({ state: 'confirmed' })
    expect(plex.stage.deeds()).toContainEqual({ did: 'end', session: 'a', words: 'Enough' })
    await until('it is gone', async () => (await sessions()).length === 1)
  })

  /** The answer to whoever asked for the end of a stream: it comes when its player had time to listen. */
  let answer: ReturnType<typeof run>

  test('ask a player to stop, with a message first', async () => {
    jellyfin.stage.play([staged({ session: 'deaf', isDeaf: true, user: { id: '9', name: 'Bob' } })])
    await until('it plays', playsNow('server:attic:9'))
    const [session] = await sessions()
    const end = ['sessions', 'end', session?.id ?? '', '--message', 'Please stop']
    answer = run([...end, '--state', service.state])
    const deed = { did: 'message', session: 'deaf', words: 'Please stop' }
    await until('the message is shown', () => jellyfin.stage.deeds().length > 1)
    expect(jellyfin.stage.deeds()).toContainEqual(deed)
  })

  test('are added, tested and removed at run time; the token is encrypted', async () => {
    const token = join(folder.path, 'emby.token')
    writeFileSync(token, TOKEN)
    const state = ['--state', service.state]
    const add = [
      'servers',
      'add',
      'cellar',
      '--kind',
      'emby',
      '--url',
      emby.url,
      '--token-file',
      token,
    ]
    expect((await run([...add, ...state])).code).toBe(0)
    emby.stage.play([staged({ session: 'e' })])
    await until('it is watched', async () => (await statusOf('cellar'))?.plays === 1)
    expect((await run([...add, ...state])).code).toBe(2)
    expect((await run(['servers', 'test', 'cellar', ...state])).out).toContain('1 streams play')
    expect((await run(['servers', ...state])).out).toContain('cellar')
    const settings = await admin.get<unknown>('/audit?limit=100')
    expect(JSON.stringify(settings)).not.toContain(TOKEN)
    emby.expireToken()
    await until('its refusal is said', async () => (await statusOf('cellar'))?.signIn === 'refused')
    const ready = await (await service.api('/health/ready')).text()
    expect(ready).toContain('cellar: Emby refused the token: sign in again')
    await until(
      'the log says so',
      () => service.logs()['control.log']?.includes('media server cellar') === true,
    )
    expect((await run(['servers', 'test', 'cellar', ...state])).code).toBe(1)
    expect((await run(['servers', 'remove', 'cellar', ...state])).code).toBe(0)
    expect(await statusOf('cellar')).toBeUndefined()
    expect((await run(['servers', 'remove', 'house', ...state])).code).toBe(2)
  })

  test('say that a stream goes on whose player does not listen', async () => {
    expect((await answer).out).toContain('still runs')
    expect((await sessions())[0]).toMatchObject({ state: 'ending' })
    jellyfin.stage.play([])
  })

  test('are judged by the rules, and their streams ended by them', async () => {
    const step = { do: 'end', from_finding: 1, message: 'Not from there' }
    const rule = {
      id: 'not-from-there',
      kind: 'geo_restriction',
      params: { mode: 'block', countries: ['US'] },
      actions: [step],
    }
    const told = { ...rule, id: 'only-said', dry_run: true }
    await admin.send('PUT', '/rules/not-from-there', { ...rule, dry_run: false })
    await admin.send('PUT', '/rules/only-said', told)
    const abroad = { address: '8.8.8.8', user: { id: '7', name: 'Cy' } }
    const since = performance.now()
    plex.stage.play([
      staged({ session: 'abroad', ...abroad }),
      staged({
        session: 'home',
        address: '192.168.1.7',
        isLocal: true,
        user: { id: '8', name: 'Dee' },
      }),
    ])
    const isEnded = () =>
      plex.stage.deeds().some((deed) => deed.did === 'end' && deed.session === 'abroad')
    await until('it is ended', isEnded)
    expect(performance.now() - since).toBeLessThan(15_000)
    expect(plex.stage.deeds().at(-1)).toEqual({
      did: 'end',
      session: 'abroad',
      words: step.message,
    })
    const findings = async () =>
      (await admin.get<{ items: Finding[] }>('/findings?account=server:house:7')).items
    await until('what was done is noted', async () =>
      (await findings()).every(({ acted }) => acted !== null),
    )
    const acted = Object.fromEntries((await findings()).map((one) => [one.rule, one.acted]))
    expect(acted).toEqual({ 'not-from-there': 'end:done', 'only-said': 'end:dry_run' })
    expect(plex.stage.plays().map(({ session }) => session)).toEqual(['home'])
  })

  test('a stream that lingers after its end is asked once, and said to linger', async () => {
    const deaf = { address: '8.8.8.8', isDeaf: true, user: { id: '6', name: 'Eve' } }
    plex.stage.play([staged({ session: 'deaf', ...deaf })])
    const asked = () =>
      plex.stage.deeds().filter((deed) => deed.did === 'end' && deed.session === 'deaf')
    await until('its end is asked', () => asked().length > 0)
    const findings = async () =>
      (await admin.get<{ items: Finding[] }>('/findings?account=server:house:6')).items
    await until('it is noted', async () =>
      (await findings()).some((one) => one.acted === 'end:asked'),
    )
    plex.stage.play([staged({ session: 'deaf again', ...deaf })])
    await until('it plays on', async () => (await sessions())[0]?.state === 'ending')
    expect(asked()).toHaveLength(1)
    expect(
      plex.stage.deeds().filter((deed) => deed.did === 'end' && deed.session === 'deaf again'),
    ).toEqual([])
    plex.stage.play([])
  })

  test('have accounts that are one person’s: judged together, and ended wherever he plays', async () => {
    const state = ['--state', service.state]
    const merged = await run(
      'people merge server:house:21 server:attic:22 --name Gil'.split(' ').concat(state),
    )
    expect(merged).toMatchObject({ code: 0 })
    expect((await run(['people', 'list', '--merged', ...state])).out).toContain('Gil')
    await admin.send('PUT', '/rules/one-screen', {
      id: 'one-screen',
      kind: 'concurrent_streams',
      params: { max_streams: 1, min_overlap_minutes: 0 },
      dry_run: false,
      actions: [{ do: 'end', from_finding: 1 }],
    })
    const tv = { id: 'tv-21', name: 'Den', app: 'App', platform: 'webOS' }
    const phone = { id: 'phone-22', name: 'Phone', app: 'App', platform: 'iOS' }
    const [at, elsewhere] = [{ address: '198.51.100.7' }, { address: '203.0.113.44' }]
    plex.stage.play([staged({ ...at, session: 'p', user: { id: '21', name: 'Gil' }, device: tv })])
    await until('it plays', playsNow('server:house:21'))
    const gilles = { id: '22', name: 'Gilles' }
    jellyfin.stage.play([staged({ ...elsewhere, session: 'j', user: gilles, device: phone })])
    await until('both play', playsNow('server:attic:22'))
    // What goes on is told once a minute, or when it changes; whoever begins a stream is judged at once.
    plex.stage.play(plex.stage.plays().map((play) => ({ ...play, state: 'paused' })))
    await pause(300)
    const third = { session: 'k', user: gilles, device: { ...phone, id: 'pad-22' } }
    jellyfin.stage.play([...jellyfin.stage.plays(), staged({ ...elsewhere, ...third })])
    const isEnded = () =>
      jellyfin.stage.deeds().some((deed) => deed.did === 'end' && deed.session === 'j')
    await until('the later stream is ended', isEnded, 60_000)
    expect(plex.stage.plays()).toHaveLength(1)
    const found = await admin.get<{ items: Finding[] }>('/findings?account=server:house:21')
    expect(found.items.map(({ rule }) => rule)).toContain('one-screen')
    await admin.send('DELETE', '/rules/one-screen')
    plex.stage.play([])
  })

  test('nothing of a token is in the logs', () => {
    expect(Object.values(service.logs()).join('')).not.toContain(TOKEN)
  })
})
