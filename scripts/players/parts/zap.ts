import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane, Mode } from '../lane.ts'
import { playsOf } from '../log.ts'
import type { Player } from '../player.ts'
import { shows } from '../watch.ts'

/** What came of a viewer who zaps. */
export interface Zapped {
  readonly player: string
  readonly mode: Mode
  readonly presses: number
  /** Presses after which a picture came. */
  readonly shown: number
  readonly refusals: number
  readonly bans: number
  /** Plays in the history: one for each channel watched. */
  readonly plays: number
  /** The longest wait for a picture, seconds. */
  readonly longestWait: number
}

const CHANNELS = ['federal-1', 'federal-2', 'federal-3', 'federal-4'] as const
const PRESSES = 7
const PICTURE_MS = 15_000
/** How long a channel is looked at before the next press. */
const LOOK_MS = 2_500

/** Until an ended play stands in the history. */
const HISTORY_MS = 3_000

/** Opens the list and goes through it, seven presses of “next”. */
export async function zapThrough(lane: Lane, player: Player, mode: Mode): Promise<Zapped> {
  const { service, admin, relay } = lane
  const viewer = await lane.viewer(mode)
  const list = CHANNELS.map((channel) => viewer.address('HLS media', channel))
  const requests = relay.seen.length
  const playing = await player.play(list, 'HLS media')
  let shown = 0
  let longest = 0
  const press = async (n: number) => {
    const from = Date.now()
    if (n > 0) await playing.zap(n % CHANNELS.length)
    if (await shows(playing, PICTURE_MS)) shown += n === 0 ? 0 : 1
    longest = n === 0 ? 0 : Math.max(longest, Date.now() - from)
  }
  for (let n = 0; n <= PRESSES; n++) {
    await press(n)
    await sleep(LOOK_MS)
  }
  await playing.stop()
  const bans = (await admin.bans(viewer.id)).length
  await admin.end(viewer.id)
  await sleep(HISTORY_MS)
  return {
    player: player.name,
    mode,
    presses: PRESSES,
    shown,
    refusals: relay.seen.slice(requests).filter(({ status }) => status >= 400).length,
    bans,
    plays: await playsOf(service, viewer.id),
    longestWait: Math.round(longest / 100) / 10,
  }
}
