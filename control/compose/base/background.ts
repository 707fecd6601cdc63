import type { Logger } from 'pino'
import { onBeat } from '../../beats/on-beat.ts'

/** Work that comes round again and again, never twice at once. */
export interface Background {
  every(name: string, ms: number, work: () => Promise<unknown>): void
  stop(): Promise<void>
}

/** Work on common beats; failures are logged once until it succeeds again. */
export const createBackground = (log: Logger): Background => {
  let isStopped = false
  const running = new Set<Promise<void>>()
  const failing = new Set<string>()

  const round = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
      failing.delete(name)
    } catch (error) {
      if (!failing.has(name)) log.warn({ err: error }, `${name} failed; it is tried again`)
      failing.add(name)
    }
  }

  return {
    every: (name, ms, work) => {
      let isBusy = false
      const begin = (): void => {
        if (isStopped) return
        onBeat(ms, begin)
        if (isBusy) return
        isBusy = true
        const task = round(name, work).finally(() => {
          isBusy = false
          running.delete(task)
        })
        running.add(task)
      }
      onBeat(ms, begin)
    },
    stop: async () => {
      isStopped = true
      await Promise.allSettled(running)
    },
  }
}
