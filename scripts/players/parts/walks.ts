import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane, Mode } from '../lane.ts'
import type { Player, Playing } from '../player.ts'
import { ffmpeg } from '../programs/ffmpeg.ts'
import { shows, watch } from '../watch.ts'

/** What becomes of a viewer whose player walks down its list while another screen has the account's only stream. */
export interface Walked {
  readonly player: string
  readonly mode: Mode
  /** Channels it asked for, and answers of 400 or more. */
  readonly channels: number
  readonly refusals: number
  readonly bans: number
  /** Seconds until the picture of the next press, once the slot of the other screen is free; null where none came. */
  readonly back: number | null
}

const CHANNELS = ['federal-2', 'federal-3', 'federal-4', 'sport-3', 'film-1', 'film-2', 'film-4']
const PICTURE_MS = 15_000
const WALK_SEC = 12
/** A screen that is off has given its slot back by then. */
const GIVEN_BACK_MS = 32_000

/** Plays a list; null where the player ends before it can be looked at, as some do when they are refused. */
const playing = async (player: Player, list: readonly string[]): Promise<Playing | null> =>
  player.play(list, 'HLS media').catch(() => null)

/** Opens the list on a full account, lets the player do what it does when it is refused, and opens its last channel once the other screen is off. */
export async function walkTheList(lane: Lane, player: Player, mode: Mode): Promise<Walked> {
  const { relay, admin } = lane
  const viewer = await lane.viewer(mode)
  const other = await (await ffmpeg.prepare()).play(
    [viewer.address('HLS media', 'federal-1')],
    'HLS media',
  )
  if (!(await shows(other, PICTURE_MS))) throw new Error('the other screen shows nothing')
  const list = CHANNELS.map((channel) => viewer.address('HLS media', channel))
  const from = relay.seen.length
  const walking = await playing(player, list)
  if (walking !== null) await watch(walking, WALK_SEC)
  await walking?.stop()
  const refused = relay.seen.slice(from).filter(({ status }) => status >= 400)
  const bans = (await admin.bans(viewer.id)).length
  await other.stop()
  await sleep(GIVEN_BACK_MS)
  const pressedAt = Date.now()
  const again = await playing(player, list.slice(-1))
  const isBack = again !== null && (await shows(again, PICTURE_MS))
  const back = Math.round((Date.now() - pressedAt) / 100) / 10
  await again?.stop()
  await admin.end(viewer.id)
  return {
    player: player.name,
    mode,
    channels: new Set(refused.map(({ path }) => path.split('/')[3])).size,
    refusals: refused.length,
    bans,
    back: isBack ? back : null,
  }
}
