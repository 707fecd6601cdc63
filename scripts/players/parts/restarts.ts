import { setTimeout as sleep } from 'node:timers/promises'
import { processOf, supervisorOf } from '../../../test/support/programs/processes.ts'
import type { Lane } from '../lane.ts'
import type { Player } from '../player.ts'
import { shows, watch } from '../watch.ts'

/** What was away for four seconds while a player played. */
export const AWAY = { control: 'dist/server.js', origin: 'dist/origin.js' } as const
type Away = keyof typeof AWAY

/** What came of it. */
export interface Survived {
  readonly player: string
  readonly away: Away
  readonly longestStop: number
  readonly refusals: number
  /** Whether it still plays half a minute later. */
  readonly playsOn: boolean
}

const AWAY_MS = 4_000
const AFTERWARDS_SEC = 30

/** Kills a part of the service and lets nobody start it again for four seconds. */
async function takeAway(lane: Lane, away: Away): Promise<void> {
  const supervisor = supervisorOf(lane.service)
  process.kill(supervisor, 'SIGSTOP')
  try {
    process.kill(processOf(lane.service, AWAY[away]), 'SIGKILL')
    await sleep(AWAY_MS)
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
}

/** Plays, loses control or the origin for four seconds, and plays on. */
export async function surviveRestart(lane: Lane, player: Player, away: Away): Promise<Survived> {
  const { relay, admin } = lane
  const viewer = await lane.viewer('replace')
  const playing = await player.play([viewer.address('HLS media')], 'HLS media')
  await shows(playing, 20_000)
  await watch(playing, 6)
  const requests = relay.seen.length
  const gone = takeAway(lane, away)
  const { longestStop } = await watch(playing, AFTERWARDS_SEC)
  await gone
  const playsOn = !playing.isOver() && (await shows(playing, 3_000))
  await playing.stop()
  await admin.end(viewer.id)
  return {
    player: player.name,
    away,
    longestStop,
    refusals: relay.seen.slice(requests).filter(({ status }) => status >= 400).length,
    playsOn,
  }
}
