import type { Logger } from 'pino'

/** Work that comes round again and again, never twice at once. */
export interface Background {
  every(name: string, ms: number, work: () => Promise<unknown>): void
  stop(): Promise<void>
}

/** Timers whose failures are logged once until they succeed again. */
export const createBackground = (log: Logger): Background => {
  const timers: NodeJS.Timeout[] = []
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
      const timer = setInterval(() => {
        if (isBusy) return
        isBusy = true
        const task = round(name, work).finally(() => {
          isBusy = false
          running.delete(task)
        })
        running.add(task)
      }, ms)
      timer.unref()
      timers.push(timer)
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      await Promise.allSettled(running)
    },
  }
}
