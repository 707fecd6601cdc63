import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { DEMO_PLEX_PATH, DEMO_PLEX_TOKEN } from './demo-config.ts'
import { startPlex } from './media-servers/plex.ts'
import type { StagedPlay } from './media-servers/stage.ts'

/** A viewer of the demo's media server. */
interface Role {
  readonly play: Omit<StagedPlay, 'item' | 'session'>
  /** What is watched, one after the other, for ever. */
  readonly titles: readonly string[]
  readonly minutes: number
}

const device = (id: string, name: string, app: string, platform: string) => ({
  id: `demo-${id}`,
  name,
  app,
  platform,
})

const TV = device('tv', 'Living room', 'Plex for LG', 'webOS')
const PHONE = device('phone', 'Phone', 'Plex for Android (Mobile)', 'Android')
const FLAT = device('flat', 'Television', 'Plex for Samsung', 'Tizen')
const TABLET = device('tablet', 'Tablet', 'Plex for iOS', 'iOS')

/** A home with two guests, one of whom watches in two places at once. */
const ROLES: readonly Role[] = [
  {
    play: { user: { id: '1', name: 'Ann' }, device: TV, address: '192.168.1.20', isLocal: true },
    titles: ['The Lighthouse Keeper', 'A Winter in the Hills'],
    minutes: 12,
  },
  {
    play: { user: { id: '2', name: 'Ben' }, device: PHONE, address: '198.51.100.20' },
    titles: ['Rivers of the North', 'The Last Ferry', 'Night Bakery'],
    minutes: 7,
  },
  {
    play: { user: { id: '3', name: 'Cleo' }, device: FLAT, address: '203.0.113.30' },
    titles: ['Harbour Lights', 'The Cartographer'],
    minutes: 15,
  },
  {
    play: { user: { id: '3', name: 'Cleo' }, device: TABLET, address: '198.51.100.77' },
    titles: ['Seven Bridges', 'Paper Moon Hotel'],
    minutes: 9,
  },
]

const STEP_MS = 1000
const MINUTE_MS = 60_000
/** Between two films, and after a stream was ended. */
const BREAK_MS = 45_000

interface Turn {
  readonly film: number
  /** Unix milliseconds at which it begins. */
  readonly from: number
  readonly isOn: boolean
}

const playOf = (role: Role, at: number, film: number): StagedPlay => ({
  ...role.play,
  item: {
    id: `${at}${film % role.titles.length}`,
    title: role.titles[film % role.titles.length] ?? '',
    durationMs: role.minutes * MINUTE_MS,
  },
  session: `demo-${at}-${film}`,
})

/** A media server on which somebody always watches something, behind a path of another server. */
export interface DemoPlex {
  /** Answers a request below its path; false for any other. */
  readonly forward: (request: IncomingMessage, response: ServerResponse) => boolean
  close(): Promise<void>
}

/** Starts the demo's Plex server; a viewer whose stream was ended, or whose film is over, begins another one after a moment. */
export const startDemoPlex = async (now: () => number = () => Date.now()): Promise<DemoPlex> => {
  const plex = await startPlex({ token: DEMO_PLEX_TOKEN })
  let turns: readonly Turn[] = ROLES.map(() => ({ film: 0, from: now(), isOn: false }))
  const step = (): void => {
    const at = now()
    const playing = new Set(plex.stage.plays().map(({ session }) => session))
    turns = turns.map((turn, index) => {
      const role = ROLES[index]
      if (role === undefined) return turn
      const isThere = playing.has(playOf(role, index, turn.film).session)
      const isSeen = at >= turn.from + role.minutes * MINUTE_MS
      if (turn.isOn && (isSeen || !isThere))
        return { film: turn.film + 1, from: at + BREAK_MS, isOn: false }
      return turn.isOn ? turn : { ...turn, isOn: at >= turn.from }
    })
    const plays = turns.flatMap((turn, index) => {
      const role = ROLES[index]
      return turn.isOn && role !== undefined ? [playOf(role, index, turn.film)] : []
    })
    const isSame = plays.length === playing.size && plays.every((p) => playing.has(p.session))
    if (!isSame) plex.stage.play(plays)
  }
  step()
  const timer = setInterval(step, STEP_MS)
  return {
    forward: (request, response) => {
      const { url = '/', method, headers } = request
      if (!url.startsWith(`${DEMO_PLEX_PATH}/`)) return false
      const path = url.slice(DEMO_PLEX_PATH.length)
      const passed = ask(`${plex.url}${path}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      passed.on('error', () => response.destroy())
      response.on('close', () => passed.destroy())
      request.pipe(passed)
      return true
    },
    close: async () => {
      clearInterval(timer)
      await plex.close()
    },
  }
}
