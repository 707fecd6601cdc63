import { join } from 'node:path'
import { Pool } from 'undici'
import { startApart } from './apart.ts'

/** One opening, and what came of it. */
export interface Opened {
  /** Number of the viewer, who has a network of their own. */
  readonly viewer: number
  readonly status: number
  readonly reason: string
}

/** What a crowd opens. */
export interface Crowd {
  readonly edge: string
  /** Path that opens the channel. */
  readonly entry: string
  readonly viewers: number
  /** Of the viewers, how many open on a second screen too, above their cap of one. */
  readonly second: number
  readonly atOnce: number
}

/** The address of a viewer: a network of his own. */
export const addressOf = (viewer: number): string =>
  `10.${viewer >> 16}.${(viewer >> 8) & 255}.${viewer & 255}`

/** Openings as fast as they go: first screens and second ones among each other. */
export const openAll = async ({
  edge,
  entry,
  viewers,
  second,
  atOnce,
}: Crowd): Promise<readonly Opened[]> => {
  const pool = new Pool(edge, { connections: atOnce })
  const asks = Array.from({ length: viewers + second }, (_, at) => ({
    viewer: at < viewers ? at : at - viewers,
    agent: at < viewers ? 'Lavf/60.16.100' : 'VLC/3.0.20 LibVLC/3.0.20',
  }))
  const opened: Opened[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < asks.length; at = next++) {
      const { viewer, agent } = asks[at] ?? { viewer: 0, agent: '' }
      const headers = { 'x-forwarded-for': addressOf(viewer), 'user-agent': agent }
      try {
        const answer = await pool.request({ path: entry, method: 'GET', headers })
        await answer.body.dump()
        const reason = String(answer.headers['x-gatehouse-reason'] ?? '')
        opened.push({ viewer, status: answer.statusCode, reason })
      } catch (error) {
        opened.push({ viewer, status: 0, reason: error instanceof Error ? error.message : '' })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  await pool.close()
  return opened
}

/** {@link openAll} in a process of its own. It has started when this resolves; `open` opens, `stop` ends it. */
export const startCrowd = async (
  crowd: Crowd,
): Promise<{
  readonly open: () => Promise<readonly Opened[]>
  readonly stop: () => Promise<void>
}> => {
  const apart = await startApart(join(import.meta.dirname, 'crowd-process.ts'), crowd)
  return {
    open: async () => (await apart.ask('open')) as readonly Opened[],
    stop: apart.stop,
  }
}
