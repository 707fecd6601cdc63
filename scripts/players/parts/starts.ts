import { setTimeout as sleep } from 'node:timers/promises'
import { startKodi } from '../kodi/kodi.ts'
import type { Lane, Mode } from '../lane.ts'
import type { Player } from '../player.ts'
import { shows } from '../watch.ts'

/** What came of many starts. */
export interface Started {
  readonly player: string
  readonly mode: Mode
  readonly delayMs: number
  readonly starts: number
  readonly shown: number
  readonly refusals: number
}

const PICTURE_MS = 20_000
/** More accounts than the device could be banned on. */
const ACCOUNTS = 5

/** How a player is started and ended again and again. */
interface Starter {
  readonly start: (entry: number) => Promise<boolean>
  readonly close: () => Promise<void>
}

const anew = (player: Player, list: readonly string[]): Starter => ({
  async start(entry) {
    const playing = await player.play([list[entry] ?? ''], 'HLS media')
    const isShown = await shows(playing, PICTURE_MS)
    await playing.stop()
    return isShown
  },
  close: async () => undefined,
})

/** Kodi stays; what is started is a channel of its list. */
const inKodi = async (list: readonly string[]): Promise<Starter> => {
  const kodi = await startKodi(list, 'internal')
  const never = async () => undefined
  const playing = { ...kodi, zap: never }
  return {
    async start(entry) {
      await kodi.open(entry)
      const isShown = await shows(playing, PICTURE_MS)
      await kodi.quiet()
      await sleep(200)
      return isShown
    },
    close: () => kodi.stop(),
  }
}

/** Starts a player `starts` times, every time on another account’s channel than the last. */
export async function startOften(
  lane: Lane,
  {
    player,
    mode,
    starts,
    delayMs,
  }: { player: Player; mode: Mode; starts: number; delayMs: number },
): Promise<Started> {
  const { relay, admin } = lane
  const viewers = await Promise.all(Array.from({ length: ACCOUNTS }, () => lane.viewer(mode)))
  const list = viewers.map((viewer) => viewer.address('HLS media'))
  const starter = player.name === 'Kodi' ? await inKodi(list) : anew(player, list)
  const requests = relay.seen.length
  relay.delay(delayMs)
  let shown = 0
  try {
    for (let n = 0; n < starts; n++) shown += (await starter.start(n % ACCOUNTS)) ? 1 : 0
  } finally {
    relay.delay(0)
    await starter.close()
  }
  for (const { id } of viewers) await admin.end(id)
  return {
    player: player.name,
    mode,
    delayMs,
    starts,
    shown,
    refusals: relay.seen.slice(requests).filter(({ status }) => status >= 400).length,
  }
}
