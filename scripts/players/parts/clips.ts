import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane } from '../lane.ts'
import type { Form, Player } from '../player.ts'
import { watch } from '../watch.ts'

/** What a player does with a clip that stands in for a refused channel. */
export interface Clipped {
  readonly player: string
  readonly form: Form
  /** Seconds until the first picture; null where none came. */
  readonly start: number | null
  /** Requests of the channel's address while it was watched, and in the 20 s after. */
  readonly openings: number
  readonly openingsAfter: number
  /** Requests of the clip where a playlist names it, over all. */
  readonly clips: number
  /** Whether the player ended by itself. */
  readonly isOver: boolean
}

/** The clip has 8 s. */
const WATCH_SEC = 15
const AFTER_MS = 20_000
const NEWS_MS = 1_500

/** Opens a channel on an account that is switched off, in a group with clips. */
export async function watchClip(lane: Lane, player: Player, form: Form): Promise<Clipped> {
  const { relay, admin } = lane
  const viewer = await lane.viewer('replace', 'clips')
  const address = viewer.address(form)
  await admin.send('PATCH', `/accounts/${viewer.id}`, { enabled: false })
  await sleep(NEWS_MS)
  const before = relay.seen.length
  const playing = await player.play([address], form)
  const { start, isOver } = await watch(playing, WATCH_SEC)
  const watched = relay.seen.slice(before).length
  await sleep(AFTER_MS)
  const ended = isOver || playing.isOver()
  await playing.stop()
  const seen = relay.seen.slice(before)
  const isClip = ({ path }: { readonly path: string }): boolean => path.startsWith('/s/slates/')
  return {
    player: player.name,
    form,
    start,
    openings: seen.slice(0, watched).filter((it) => !isClip(it)).length,
    openingsAfter: seen.slice(watched).filter((it) => !isClip(it)).length,
    clips: seen.filter(isClip).length,
    isOver: ended,
  }
}
