import type { Command, Redis } from 'ioredis'

/** Error of a command that Redis did not answer in time. */
const LATE = 'Command timed out'

interface Deadline {
  readonly command: Command
  readonly at: number
}

/** Answered commands that are kept until so many can be dropped at once. */
const DROPPED_AT_ONCE = 64

/**
 * Rejects commands once their time is over and all data that arrived by then was read; one timer for all. Commands are answered in their order, and let go of
 * then: kept until their time is over, each would live long enough to be moved about in memory, with all it was sent with.
 */
const createDeadlines = (ms: number) => {
  const waiting: Deadline[] = []
  let answered = 0
  let isSet = false
  const letGo = (): void => {
    while (waiting[answered]?.command.isSettled === true) answered += 1
    if (answered < DROPPED_AT_ONCE && answered < waiting.length) return
    waiting.splice(0, answered)
    answered = 0
  }
  const giveUp = (late: readonly Deadline[]): void => {
    // In a busy process timers run before sockets are read: the answer may have arrived already.
    setImmediate(() => {
      for (const { command } of late) if (!command.isSettled) command.reject(new Error(LATE))
    })
  }
  const look = (): void => {
    const now = performance.now()
    const pending = waiting.findIndex(({ command, at }) => at > now && !command.isSettled)
    const over = waiting.splice(0, pending < 0 ? waiting.length : pending)
    answered = 0
    const late = over.filter(({ command }) => !command.isSettled)
    if (late.length > 0) giveUp(late)
    const [next] = waiting
    isSet = next !== undefined
    if (next !== undefined) setTimeout(look, next.at - now).unref()
  }
  return {
    add(command: Command): void {
      letGo()
      waiting.push({ command, at: performance.now() + ms })
      if (isSet) return
      isSet = true
      setTimeout(look, ms).unref()
    },
  }
}

/**
 * Sets a timeout in milliseconds for every command of a connection, measured so that a busy process does not
 * cause it.
 */
export const setCommandTimeout = (redis: Redis, ms: number): void => {
  const send = redis.sendCommand.bind(redis)
  const deadlines = createDeadlines(ms)
  redis.sendCommand = (command, stream) => {
    deadlines.add(command)
    return send(command, stream)
  }
}

/** Whether a command was answered too late, rather than not at all. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === LATE
