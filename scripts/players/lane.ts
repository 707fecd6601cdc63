import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminOf, worldConfig } from '../../test/e2e/world/world.ts'
import { startService, type TestService } from '../../test/support/programs/service.ts'
import { servePlayers } from './browser/pages.ts'
import type { Form } from './player.ts'
import { type Relay, startRelay } from './relay.ts'
import { SHAPES_TITLE, startShapes } from './shapes/origin.ts'

/** What a full account does with an opening: `limitation` in the configuration. */
export const MODES = ['replace', 'soft', 'hard'] as const
export type Mode = (typeof MODES)[number]

/** A viewer with an account of one stream, and the addresses of his list. */
export interface Viewer {
  /** The account. */
  readonly id: string
  readonly token: string
  /** The address of a channel in one of its forms, as the viewer's own list has it. */
  readonly address: (form: Form, channel?: string) => string
}

/** A Gatehouse of its own, an auth backend that counts, and a relay: players of different lanes do not meet. */
export interface Lane {
  readonly service: TestService
  readonly admin: ReturnType<typeof adminOf>
  readonly relay: Relay
  /** The origin of the channels in unusual shapes. */
  readonly shapes: { readonly url: string }
  /** `new_session` questions the auth backend got so far. */
  readonly newSessions: () => number
  /** `group`: `clips` answers refused openings with clips. */
  readonly viewer: (mode: Mode, group?: 'clips') => Promise<Viewer>
  readonly stop: () => Promise<void>
}

/** Until accounts and their caps have reached the edge: it asks for news every second. */
const NEWS_MS = 1_500
const ARCHIVE_SEC = 300

/** A channel of the demo's in each form, and the file it is opened by. */
export const entryOf = (form: Form): readonly [string, string] => {
  if (form === 'HLS media') return ['federal-1', 'index.m3u8']
  if (form === 'HLS master') return ['sport-1', 'index.m3u8']
  if (form === 'MPEG-TS') return ['sport-4', 'mpegts']
  if (form === 'DASH') return ['sport-2', 'index.mpd']
  const from = Math.floor(Date.now() / 1000) - 2 * ARCHIVE_SEC
  return ['federal-2', `archive-${from}-${ARCHIVE_SEC}.m3u8`]
}

const configuration = (backend: string, shapes: string): string =>
  worldConfig({
    clocks: { idle_sec: 30, idle_vod_sec: 120, reserve_sec: 10, ban_sec: 180, deny_sec: 30 },
    more: `auth: counting
auth_backends: [{ name: counting, backends: [{ url: '${backend}' }] }]
guide: { sources: [{ name: demo, url: 'http://__ORIGIN__/epg.xml' }] }
`,
  })
    .replace('groups:', `  - { name: shapes, url: '${shapes}/shapes.m3u' }\ngroups:`)
    .replace('titles: [Federal]', `titles: [Federal, Sport, Film, ${SHAPES_TITLE}]`)
    .replace('  - name: everyone', '  - { name: clips, slates: en }\n  - name: everyone')

const portOf = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Starts a lane; a minute at most. */
export async function startLane(): Promise<Lane> {
  let asked = 0
  const backend = createServer((incoming, response) => {
    if ((incoming.url ?? '').includes('request_type=new_session')) asked += 1
    response.writeHead(200).end()
  })
  const shapes = await startShapes()
  const config = configuration(`http://127.0.0.1:${await portOf(backend)}/`, shapes.url)
  const service = await startService({ config })
  const admin = adminOf(service)
  const relay = await startRelay(service.edge, servePlayers)
  const viewer = async (mode: Mode, group: 'clips' | null = null): Promise<Viewer> => {
    const { id, token } = await admin.account(1)
    await admin.send('PATCH', `/accounts/${id}`, { limitation: mode, group })
    await sleep(NEWS_MS)
    const list = await (await fetch(`${relay.url}/playlist.m3u?token=${token}`)).text()
    const address = (form: Form, other?: string): string => {
      const [channel, file] = entryOf(form)
      const wanted = other ?? channel
      const line = list
        .split('\n')
        .find((it) => it.startsWith('http') && it.includes(`/${wanted}/`))
      if (line === undefined) throw new Error(`${wanted} is not in the list:\n${list}`)
      return other === undefined ? line.replace(/[^/]+$/, file) : line
    }
    return { id, token, address }
  }
  return {
    service,
    admin,
    relay,
    shapes,
    newSessions: () => asked,
    viewer,
    async stop() {
      await relay.close()
      await service.stop()
      shapes.close()
      backend.closeAllConnections()
      backend.close()
    },
  }
}
