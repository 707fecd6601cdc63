import { servePlayers } from '../browser/pages.ts'
import { entryOf, type Lane } from '../lane.ts'
import type { Form, Player } from '../player.ts'
import { startRelay } from '../relay.ts'
import { type Watched, watch } from '../watch.ts'

/** What a player does with a channel of the origin itself, without Gatehouse. */
export interface Direct extends Watched {
  readonly player: string
  readonly form: Form
  readonly requests: number
}

/** Plays a channel at the origin, through a relay alone, for `seconds`: what goes wrong here is not the edge's. */
export async function playDirectly(
  lane: Lane,
  { player, form, seconds }: { player: Player; form: Form; seconds: number },
): Promise<Direct> {
  const relay = await startRelay(lane.service.origin, servePlayers)
  try {
    const playing = await player.play([`${relay.url}/${entryOf(form).join('/')}`], form)
    const watched = await watch(playing, seconds)
    await playing.stop()
    return { player: player.name, form, ...watched, requests: relay.seen.length }
  } finally {
    await relay.close()
  }
}
