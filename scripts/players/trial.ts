import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane, Mode, Viewer } from './lane.ts'
import { isGiven, linesOf, playsOf, questionsOf } from './log.ts'
import type { Form, Player, Playing } from './player.ts'
import type { Seen } from './relay.ts'
import { shows, type Watched, watch } from './watch.ts'

/** What one player did with one channel in one mode. */
export interface Result extends Watched {
  readonly player: string
  readonly form: Form
  readonly mode: Mode
  /** Answered with a 302, and with 400 or more. */
  readonly openings: number
  readonly refusals: number
  readonly sessions: number
  /** In the history once the session was ended. */
  readonly plays: number
  /** Openings and checks control was asked. */
  readonly questions: number
  /** `new_session` questions the auth backend got. */
  readonly newSessions: number
  /** Lists it was still given after `sessions end`; of a stream, seconds until it was closed. */
  readonly afterEnd: number
  /** Requests in the ten seconds after its end. */
  readonly asksAfterEnd: number
  /** Seconds from starting it again, at once, to the next picture; null where none came within 90 s. */
  readonly back: number | null
}

const AFTER_END_MS = 10_000
const BACK_TRY_MS = 12_000
/** A viewer whose player has ended presses again after this. */
const PRESS_AGAIN_MS = 6_000
const BACK_MS = 90_000

const isList = ({ path }: Seen): boolean => /\.(m3u8|mpd)(\?|$)/.test(path)

/** Ends the account's sessions, as an operator does, and looks for ten seconds at what is still given. */
async function endAndLook(lane: Lane, account: string, form: Form) {
  const { seen } = lane.relay
  await lane.admin.end(account)
  const endedAt = Date.now()
  const from = seen.length
  const running = seen.filter(({ endedAt: over, status }) => over === null && status === 200)
  await sleep(AFTER_END_MS)
  const closed = Math.max(0, ...running.map((it) => (it.endedAt ?? Date.now()) - endedAt))
  const after = seen.slice(from)
  const lists = after.filter((it) => isList(it) && isGiven(it)).length
  return {
    afterEnd: form === 'MPEG-TS' ? Math.round(closed / 100) / 10 : lists,
    asksAfterEnd: after.length,
  }
}

/** The viewer comes back at once; where he sees nothing, he presses again 6 s after his player has ended, or after 12 s. */
async function comeBack(open: () => Promise<Playing>): Promise<number | null> {
  const from = Date.now()
  while (Date.now() - from < BACK_MS) {
    const playing = await open()
    const isBack = await shows(playing, BACK_TRY_MS)
    const isOver = playing.isOver()
    await playing.stop()
    if (isBack) return Math.round((Date.now() - from) / 100) / 10
    if (isOver) await sleep(PRESS_AGAIN_MS)
  }
  return null
}

/** What is tried. */
export interface Trial {
  readonly player: Player
  readonly form: Form
  readonly mode: Mode
  readonly seconds: number
}

/** What was asked while a player played, and whom. */
type Counted = Pick<
  Result,
  'openings' | 'refusals' | 'sessions' | 'questions' | 'newSessions' | keyof Watched
>

/** Opens a viewer’s channel and watches for `seconds`; the player goes on playing. */
export async function playAndCount(
  lane: Lane,
  viewer: Viewer,
  { player, form, seconds }: Omit<Trial, 'mode'>,
): Promise<{ playing: Playing; counted: Counted }> {
  const { service, relay } = lane
  const [lines, requests] = [linesOf(service).length, relay.seen.length]
  const [questions, newSessions] = [await questionsOf(service), lane.newSessions()]
  const playing = await player.play([viewer.address(form)], form)
  const watched = await watch(playing, seconds)
  const asked = relay.seen.slice(requests)
  const sessions = linesOf(service)
    .slice(lines)
    .map(({ session }) => session)
  // A stream stands in the log when it is over, but in the list of sessions while it runs.
  const live = (await lane.admin.sessions(viewer.id)).length
  const counted = {
    ...watched,
    questions: (await questionsOf(service)) - questions,
    newSessions: lane.newSessions() - newSessions,
    openings: asked.filter(({ status }) => status === 302).length,
    refusals: asked.filter(({ status }) => status >= 400).length,
    sessions: Math.max(live, new Set(sessions.filter((it) => it !== '')).size),
  }
  return { playing, counted }
}

/** Plays, ends the session, and plays again. */
export async function runTrial(lane: Lane, trial: Trial): Promise<Result> {
  const { player, form, mode } = trial
  const viewer = await lane.viewer(mode)
  const { playing, counted } = await playAndCount(lane, viewer, trial)
  const ended = await endAndLook(lane, viewer.id, form)
  await playing.stop()
  const plays = await playsOf(lane.service, viewer.id)
  const back = await comeBack(() => player.play([viewer.address(form)], form))
  await lane.admin.end(viewer.id)
  return { player: player.name, form, mode, ...counted, ...ended, plays, back }
}
