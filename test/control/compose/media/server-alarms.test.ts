import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServerAlarms } from '../../../../control/compose/media/server-alarms.ts'
import { type PlexServer, startPlex } from '../../../../control/demo/media-servers/plex.ts'
import { createMediaHub, type MediaHub } from '../../../../control/sources/hub/hub.ts'
import { openStore, type Store } from '../../../../control/store/store.ts'
import { type OutboxWorld, startOutboxWorld } from '../../../contract/outbox-world.ts'
import { tempDir } from '../../../support/cleanup.ts'
import { TOKEN } from '../../../support/media-servers/media-servers.ts'
import { until } from '../../../support/programs/port.ts'

const MINUTE = 60_000

let folder: Awaited<ReturnType<typeof tempDir>>
let store: Store
let world: OutboxWorld
let plex: PlexServer
let hub: MediaHub
let round: () => Promise<void>

const alarms = () =>
  createServerAlarms({ hub, store, announcer: world.announcer, now: () => world.now })
const stateOf = () => hub.list()[0]?.source.health().state
const server = {
  name: 'house',
  kind: 'plex',
  verifyTls: true,
  allowSignOut: false,
  from: 'config',
} as const
/** What the web hook was told: event, severity and text. */
const told = () =>
  world.hook.taken.map(({ json }) => {
    const [notice] = json['notices'] as { event: string; subject: string; detail: string | null }[]
    return { ...notice, severity: json['severity'], title: json['title'], text: json['text'] }
  })
/** Looks again at the server, as it does by itself every few seconds. */
const look = async () => {
  await hub.configure([])
  await hub.configure([{ ...server, url: plex.url, token: TOKEN }])
}

beforeEach(async () => {
  folder = await tempDir()
  store = await openStore({ url: join(folder.path, 'x.duckdb') })
  world = await startOutboxWorld(store)
  plex = await startPlex({ token: TOKEN })
  hub = createMediaHub({
    now: () => world.now,
    clientId: 'test',
    onChange: () => undefined,
    warn: () => undefined,
    resumeOf: async () => await Promise.resolve(() => null),
  })
  await look()
  await until('it is watched', () => stateOf() === 'watching')
  round = alarms()
  await world.configure({ name: 'ops', language: 'ru', dedup_minutes: 0 })
})
afterEach(async () => {
  await hub.stop()
  await plex.close()
  await world.stop()
  await store.close()
  await folder.remove()
})

test('a server that has not answered for a minute is told once, and that it is back', async () => {
  plex.setMood('server error')
  await look()
  await until('it fails', () => stateOf() === 'failing')
  await round()
  await world.pass(0.9 * MINUTE)
  await round()
  await world.run()
  expect(told()).toEqual([])
  await world.pass(0.2 * MINUTE)
  await round()
  await round()
  // A control plane that starts anew knows what was told.
  const anew = alarms()
  await anew()
  await world.pass(2 * MINUTE)
  await anew()
  await world.run()
  expect(told()).toMatchObject([
    {
      event: 'server.down',
      subject: 'house',
      severity: 'warning',
      title: 'Медиасервер недоступен: house',
    },
  ])
  expect(told()[0]?.detail).toContain('500')
  plex.setMood('well')
  await look()
  await until('it is watched', () => stateOf() === 'watching')
  await anew()
  await anew()
  await world.run()
  expect(told().slice(1)).toMatchObject([
    { event: 'server.back', severity: 'low', text: 'house снова отвечает.' },
  ])
})

test('a token that is refused is told at once, as severe, without the token', async () => {
  plex.expireToken()
  await look()
  await until('it is refused', () => hub.list()[0]?.source.health().signIn === 'refused')
  await round()
  await round()
  await world.run()
  expect(told()).toMatchObject([{ event: 'server.sign_in', severity: 'high' }])
  expect(JSON.stringify(told())).not.toContain(TOKEN)
  await hub.configure([])
  await round()
  await world.run()
  expect(told()).toHaveLength(1)
})
