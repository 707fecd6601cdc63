import { readJson } from '#domain/read-json'
import { say } from '../../sentences/sentences.ts'
import type { WatchBoard, WatchCall } from '../../sessions/redis/watch-board.ts'
import type { LivePlay } from '../model/live-play.ts'
import type { EndAnswer, PlaySource, RequestAnswer, SourceHealth } from '../model/play-source.ts'
import { isFields } from '../model/read-fields.ts'
import type { PlayStart } from '../model/source-kind.ts'

/** What sharing a source takes. */
export interface SharedParts {
  readonly name: string
  readonly board: WatchBoard
  /** A source that is never started: what the server can do, its users and limits. */
  readonly asked: PlaySource
  /** Makes the source that watches; plays that ran a moment ago keep their ids. */
  readonly make: (known: (key: string) => PlayStart | null) => Promise<PlaySource>
}

/** What the watching control plane publishes for the others. */
interface Told {
  readonly health: SourceHealth
  readonly plays: readonly LivePlay[]
}

/** The lease of a server is kept for several rounds. */
const ROUND_MS = 1000
/** Unchanged state is published again after this time, so that the others know it still holds. */
const REPEAT_MS = 5000
/** As long as an end may take to be confirmed, and a little. */
const PATIENCE_MS = 14_000

const CONNECTING: SourceHealth = {
  state: 'connecting',
  signIn: 'unknown',
  lastEventAt: null,
  lagMs: null,
  problem: null,
}

const isTold = (value: unknown): value is Told =>
  isFields(value) && isFields(value['health']) && Array.isArray(value['plays'])

const isAnswer = (value: unknown): value is EndAnswer =>
  isFields(value) && typeof value['state'] === 'string'

const NO_ANSWER: Extract<EndAnswer, { state: 'refused' }> = {
  state: 'refused',
  why: 'unreachable',
  detail: say('server.no_plane'),
}

const withoutAnswer: Extract<EndAnswer, { state: 'refused' }> = {
  state: 'refused',
  why: 'not_supported',
  detail: say('server.cannot'),
}

/** Does what another control plane asks. */
const obey = async (source: PlaySource, { verb, key, words }: WatchCall): Promise<EndAnswer> => {
  if (verb === 'end') return await source.end(key, words)
  if (verb === 'message') return (await source.message?.(key, words)) ?? withoutAnswer
  if (verb === 'signOut') return (await source.signOut?.(key)) ?? withoutAnswer
  source.nudge()
  return { state: 'asked' }
}

const tellOthers = ({ name, board }: SharedParts) => {
  let last = ''
  let at = 0
  return async (source: PlaySource): Promise<void> => {
    const { lagMs: _lag, ...health } = source.health()
    const text = JSON.stringify({ health: { ...health, lagMs: 0 }, plays: source.plays() })
    const isOld = performance.now() - at > REPEAT_MS
    if (text === last && !isOld) return
    await board.publish(name, text)
    ;[last, at] = [text, performance.now()]
  }
}

/** Commands that go to the source here, or to the control plane that has it. */
const commandsOf = (
  { name, board, asked }: SharedParts,
  mine: () => PlaySource | null,
): Pick<PlaySource, 'end' | 'message' | 'signOut' | 'nudge'> => {
  const call = async (verb: string, key: string, words: string): Promise<EndAnswer> => {
    const own = mine()
    if (own !== null) return await obey(own, { id: '', verb, key, words })
    const text = await board.call(name, { verb, key, words }, PATIENCE_MS).catch(() => null)
    return (text === null ? null : readJson(text, isAnswer)) ?? NO_ANSWER
  }
  /** A request's effect is not waited for. */
  const request = async (verb: string, key: string, words: string): Promise<RequestAnswer> => {
    const answer = await call(verb, key, words)
    return answer.state === 'confirmed' ? { state: 'asked' } : answer
  }
  return {
    end: async (key, words) => await call('end', key, words),
    message:
      asked.message === null ? null : async (key, words) => await request('message', key, words),
    signOut: asked.signOut === null ? null : async (key) => await request('signOut', key, ''),
    nudge: () => {
      const own = mine()
      if (own === null) void call('nudge', '', '')
      else own.nudge()
    },
  }
}

/** Rounds that come every second, one after the other, and one at once. */
const createRounds = (round: () => Promise<void>) => {
  let timer: NodeJS.Timeout | null = null
  let turn: Promise<void> = Promise.resolve()
  let isBusy = false
  const once = async (): Promise<void> => {
    if (isBusy) return await turn
    isBusy = true
    turn = round()
      .catch(() => undefined)
      .finally(() => {
        isBusy = false
      })
    await turn
  }
  return {
    isOn: () => timer !== null,
    start: async () => {
      timer ??= setInterval(() => void once(), ROUND_MS)
      await once()
    },
    stop: async () => {
      if (timer !== null) clearInterval(timer)
      timer = null
      await turn
    },
  }
}

/** The source this control plane watches, if it is the one, and what the watching control plane publishes. */
const createPart = (parts: SharedParts) => {
  const { name, board, make } = parts
  let own: PlaySource | null = null
  let told: Told | null = null
  const tell = tellOthers(parts)
  const known = (key: string): PlayStart | null => {
    const play = told?.plays.find((one) => one.key === key)
    if (play === undefined) return null
    const { id, startedAt } = play.record
    return { id, startedAt, endAskedAt: play.endAskedAt }
  }
  const lead = async (): Promise<void> => {
    own = await make(known)
    await own.start()
  }
  const leave = async (): Promise<void> => {
    const before = own
    own = null
    await before?.stop()
  }
  const serve = async (source: PlaySource): Promise<void> => {
    // A caller that asks something of this control plane reads what it publishes, too.
    if (!(await board.isRead(name))) return
    await tell(source)
    for (const one of await board.calls(name))
      void obey(source, one)
        .then(async (answer) => await board.answer(one.id, JSON.stringify(answer)))
        .catch(() => undefined)
  }
  const follow = async (): Promise<void> => {
    const text = await board.read(name)
    told = (text === null ? null : readJson(text, isTold)) ?? told
  }
  return {
    own: () => own,
    told: () => told,
    leave,
    play: async (isOn: () => boolean): Promise<void> => {
      const isMine = await board.owns(name)
      if (!isOn()) return
      if (own === null && (isMine ?? told === null)) await lead()
      else if (isMine === false) await leave()
      if (isMine === null) return
      if (own === null) await follow()
      else await serve(own)
    },
  }
}

/**
 * A source that one of several control planes watches, by a lease in Redis that another takes over when it runs out;
 * the others show what that one publishes, and hand requests on to it. While Redis is away each keeps its part.
 */
export const createSharedSource = (parts: SharedParts): PlaySource => {
  const { name, board, asked } = parts
  const { own, told, leave, play } = createPart(parts)
  const rounds = createRounds(async () => await play(() => rounds.isOn()))
  return {
    ...asked,
    ...commandsOf(parts, own),
    start: rounds.start,
    stop: async () => {
      await rounds.stop()
      const isMine = own() !== null
      await leave()
      await asked.stop()
      if (isMine) await board.release(name).catch(() => undefined)
    },
    health: () => own()?.health() ?? told()?.health ?? CONNECTING,
    plays: () => own()?.plays() ?? told()?.plays ?? [],
  }
}
