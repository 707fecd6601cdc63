import { servePlayers } from '../browser/pages.ts'
import type { Lane } from '../lane.ts'
import type { Player, Playing } from '../player.ts'
import { startRelay } from '../relay.ts'
import type { Shape } from '../shapes/shape.ts'
import { watch } from '../watch.ts'

/** Whether a player plays a list or manifest of an unusual shape. */
export interface Shaped {
  readonly player: string
  readonly shape: string
  readonly behindEdge: string
  /** At the origin itself, without Gatehouse; looked at only where it does not play behind the edge. */
  readonly atOrigin: string
}

const WATCH_SEC = 8
/** Two segments. */
const LONGEST_STOP_SEC = 4.5

const cameOf = async (playing: Playing): Promise<string> => {
  const { start, longestStop, isOver } = await watch(playing, WATCH_SEC)
  await playing.stop()
  if (start === null) return 'does not play'
  return isOver || longestStop > LONGEST_STOP_SEC ? 'stops' : 'plays'
}

const atOrigin = async (lane: Lane, player: Player, { id, entry, form }: Shape) => {
  const relay = await startRelay(lane.shapes.url, servePlayers)
  try {
    return await cameOf(await player.play([`${relay.url}/${id}/${entry}`], form))
  } finally {
    await relay.close()
  }
}

/** Plays a shape behind the edge, and where that fails, at its origin. */
export async function playShape(lane: Lane, player: Player, shape: Shape): Promise<Shaped> {
  const viewer = await lane.viewer('replace')
  const behindEdge = await cameOf(
    await player.play([viewer.address(shape.says ?? shape.form, shape.id)], shape.form),
  )
  await lane.admin.end(viewer.id)
  return {
    player: player.name,
    shape: `${shape.form === 'DASH' ? 'DASH' : 'HLS'}, ${shape.name}`,
    behindEdge,
    atOrigin: behindEdge === 'plays' ? '–' : await atOrigin(lane, player, shape),
  }
}
