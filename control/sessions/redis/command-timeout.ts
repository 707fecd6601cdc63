import { type Command, type Redis } from 'ioredis'

/** Error of a command that Redis did not answer in time. */
const LATE = 'Command timed out'

/** Rejects a command once its time is over and all data that arrived by then was read. */
const giveUpAfter = (command: Command, ms: number): void => {
  const timer = setTimeout(() => {
    // In a busy process timers run before sockets are read: the answer may have arrived already.
    setImmediate(() => {
      if (!command.isSettled) command.reject(new Error(LATE))
    })
  }, ms)
  const settled = (): void => clearTimeout(timer)
  command.promise.then(settled, settled)
}

/**
 * Sets a timeout in milliseconds for every command of a connection, measured so that a busy process does not
 * cause it.
 */
export const setCommandTimeout = (redis: Redis, ms: number): void => {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, stream) => {
    giveUpAfter(command, ms)
    return send(command, stream)
  }
}

/** Whether a command was answered too late, rather than not at all. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === LATE
