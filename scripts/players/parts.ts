import { rankOf } from './kinds.ts'
import type { Mode } from './lane.ts'
import type { Job } from './lanes.ts'
import { type Clipped, watchClip } from './parts/clips.ts'
import { type Direct, playDirectly } from './parts/direct.ts'
import { GUIDED, guideJobs } from './parts/guides.ts'
import { LISTED, listJobs } from './parts/lists.ts'
import { AWAY, type Survived, surviveRestart } from './parts/restarts.ts'
import { playShape, type Shaped } from './parts/shapes.ts'
import { type Started, startOften } from './parts/starts.ts'
import { type Walked, walkTheList } from './parts/walks.ts'
import { type Zapped, zapThrough } from './parts/zap.ts'
import type { Form, Player } from './player.ts'
import { SHAPES } from './shapes/origin.ts'
import { PLAYS, rowsOf, tableOf } from './table.ts'
import { runTrial } from './trial.ts'

/** What was asked for. */
export interface Chosen {
  readonly forms: readonly Form[]
  readonly modes: readonly Mode[]
  readonly seconds: number
  readonly starts: number
}

type Run = <T>(jobs: readonly Job<T>[]) => Promise<T[]>

/** One thing tried with every player, and its table. */
interface Part {
  readonly name:
    | 'plays'
    | 'direct'
    | 'zaps'
    | 'walks'
    | 'starts'
    | 'restarts'
    | 'clips'
    | 'lists'
    | 'shapes'
    | 'guides'
  readonly tableOf: (players: readonly Player[], chosen: Chosen, run: Run) => Promise<string>
}

const job = <T>(player: Player, what: string, run: Job<T>['run']): Job<T> => ({
  isHeavy: player.isHeavy === true,
  name: `${player.name}, ${what}`,
  run,
})

const byPlayer = <T extends { player: string }>(results: readonly T[]): T[] =>
  [...results].sort((a, b) => rankOf(a.player) - rankOf(b.player))

const plays: Part = {
  name: 'plays',
  async tableOf(players, { forms, modes, seconds }, run) {
    const jobs = players.flatMap((player) =>
      forms
        .filter((form) => player.forms.includes(form))
        .flatMap((form) =>
          modes.map((mode) =>
            job(player, `${form}, ${mode}`, (lane) =>
              runTrial(lane, { player, form, mode, seconds }),
            ),
          ),
        ),
    )
    return tableOf(PLAYS, rowsOf(await run(jobs), rankOf))
  },
}

const DIRECT: Parameters<typeof tableOf<Direct>>[0] = [
  ['player', ({ player }) => player],
  ['form', ({ form }) => form],
  ['first picture, s', ({ start }) => start?.toFixed(1) ?? 'never'],
  ['longest stop, s', ({ longestStop }) => longestStop.toFixed(1)],
  ['requests', ({ requests }) => requests],
  ['ended by itself', ({ isOver }) => (isOver ? 'yes' : 'no')],
]

const direct: Part = {
  name: 'direct',
  async tableOf(players, { forms, seconds }, run) {
    const jobs = players.flatMap((player) =>
      forms
        .filter((form) => player.forms.includes(form))
        .map((form) =>
          job(player, `${form}, directly`, (lane) => playDirectly(lane, { player, form, seconds })),
        ),
    )
    return tableOf(DIRECT, byPlayer(await run(jobs)))
  },
}

const ZAPS: Parameters<typeof tableOf<Zapped>>[0] = [
  ['player', ({ player }) => player],
  ['mode', ({ mode }) => mode],
  ['presses', ({ presses }) => presses],
  ['shown', ({ shown }) => shown],
  ['longest wait, s', ({ longestWait }) => longestWait.toFixed(1)],
  ['refusals', ({ refusals }) => refusals],
  ['bans', ({ bans }) => bans],
  ['plays', ({ plays: count }) => count],
]

const zaps: Part = {
  name: 'zaps',
  async tableOf(players, { modes }, run) {
    const able = players.filter(({ forms }) => forms.includes('HLS media'))
    const jobs = able.flatMap((player) =>
      modes.map((mode) => job(player, mode, (lane) => zapThrough(lane, player, mode))),
    )
    return tableOf(ZAPS, byPlayer(await run(jobs)))
  },
}

/** Those that go on to the next channel of their list when one is refused. */
const WALKERS = ['VLC', 'mpv']

const WALKS: Parameters<typeof tableOf<Walked>>[0] = [
  ['player', ({ player }) => player],
  ['mode', ({ mode }) => mode],
  ['channels asked', ({ channels }) => channels],
  ['refusals', ({ refusals }) => refusals],
  ['bans', ({ bans }) => bans],
  ['back, s', ({ back }) => back?.toFixed(1) ?? 'never'],
]

const walks: Part = {
  name: 'walks',
  async tableOf(players, { modes }, run) {
    const able = players.filter(({ name }) => WALKERS.includes(name))
    const jobs = able.flatMap((player) =>
      modes.map((mode) => job(player, mode, (lane) => walkTheList(lane, player, mode))),
    )
    return tableOf(WALKS, byPlayer(await run(jobs)))
  },
}

/** Those that open a channel more than once. */
const STARTED = ['mpv', 'Kodi']
const DELAYS_MS = [0, 50]

const STARTS: Parameters<typeof tableOf<Started>>[0] = [
  ['player', ({ player }) => player],
  ['mode and delay', ({ mode, delayMs }) => `${mode}, ${delayMs} ms`],
  ['starts', ({ starts: count }) => count],
  ['shown', ({ shown }) => shown],
  ['refusals', ({ refusals }) => refusals],
]

const starts: Part = {
  name: 'starts',
  async tableOf(players, { modes, starts: count }, run) {
    const able = players.filter(({ name }) => STARTED.includes(name))
    const jobs = able.flatMap((player) =>
      modes.flatMap((mode) =>
        DELAYS_MS.map((delayMs) =>
          job(player, `${mode}, ${delayMs} ms`, (lane) =>
            startOften(lane, { player, mode, starts: count, delayMs }),
          ),
        ),
      ),
    )
    return tableOf(STARTS, byPlayer(await run(jobs)))
  },
}

const SURVIVORS = ['ffmpeg', 'VLC', 'mpv', 'hls.js']

const RESTARTS: Parameters<typeof tableOf<Survived>>[0] = [
  ['player', ({ player }) => player],
  ['away for 4 s', ({ away }) => away],
  ['longest stop, s', ({ longestStop }) => longestStop.toFixed(1)],
  ['refusals', ({ refusals }) => refusals],
  ['plays on', ({ playsOn }) => (playsOn ? 'yes' : 'no')],
]

const restarts: Part = {
  name: 'restarts',
  async tableOf(players, _chosen, run) {
    const able = players.filter(({ name }) => SURVIVORS.includes(name))
    const parts = Object.keys(AWAY) as (keyof typeof AWAY)[]
    const jobs = able.flatMap((player) =>
      parts.map((away) => job(player, away, (lane) => surviveRestart(lane, player, away))),
    )
    return tableOf(RESTARTS, byPlayer(await run(jobs)))
  },
}

const CLIPS: Parameters<typeof tableOf<Clipped>>[0] = [
  ['player', ({ player }) => player],
  ['form', ({ form }) => form],
  ['first picture, s', ({ start }) => start?.toFixed(1) ?? 'never'],
  ['openings', ({ openings }) => openings],
  ['openings in the 20 s after', ({ openingsAfter }) => openingsAfter],
  ['clips', ({ clips: count }) => count],
  ['ended by itself', ({ isOver }) => (isOver ? 'yes' : 'no')],
]

const CLIP_FORMS: readonly Form[] = ['HLS media', 'MPEG-TS']

const clips: Part = {
  name: 'clips',
  async tableOf(players, { forms }, run) {
    const jobs = players.flatMap((player) =>
      CLIP_FORMS.filter((form) => player.forms.includes(form) && forms.includes(form)).map((form) =>
        job(player, `${form}, a clip`, (lane) => watchClip(lane, player, form)),
      ),
    )
    return tableOf(CLIPS, byPlayer(await run(jobs)))
  },
}

const lists: Part = {
  name: 'lists',
  tableOf: async (_players, _chosen, run) => tableOf(LISTED, await run(listJobs())),
}

const SHAPED = ['ffmpeg', 'VLC', 'hls.js', 'Shaka', 'dash.js']

const SHAPED_AS: Parameters<typeof tableOf<Shaped>>[0] = [
  ['player', ({ player }) => player],
  ['list or manifest', ({ shape }) => shape],
  ['behind the edge', ({ behindEdge }) => behindEdge],
  ['at its origin', ({ atOrigin }) => atOrigin],
]

const shapes: Part = {
  name: 'shapes',
  async tableOf(players, { forms }, run) {
    const able = players.filter(({ name }) => SHAPED.includes(name))
    const jobs = able.flatMap((player) =>
      SHAPES.filter(({ form }) => player.forms.includes(form) && forms.includes(form)).map(
        (shape) => job(player, shape.id, (lane) => playShape(lane, player, shape)),
      ),
    )
    return tableOf(SHAPED_AS, byPlayer(await run(jobs)))
  },
}

const guides: Part = {
  name: 'guides',
  tableOf: async (_players, _chosen, run) => tableOf(GUIDED, (await run(guideJobs())).flat()),
}

/** Everything that can be tried. */
export const PARTS: readonly Part[] = [
  plays,
  direct,
  zaps,
  walks,
  starts,
  restarts,
  clips,
  lists,
  shapes,
  guides,
]

/** The part of a name. */
export const partNamed = (name: Part['name']): Part => {
  const found = PARTS.find((it) => it.name === name)
  if (found === undefined) throw new RangeError(name)
  return found
}
