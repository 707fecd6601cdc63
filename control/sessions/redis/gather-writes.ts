import type { Redis } from 'ioredis'

/**
 * Sends the commands of a turn of the event loop in one write. The client's own pipelines do the same, and cost as much again as the command
 * itself.
 */
export const gatherWrites = (redis: Redis): void => {
  const send = redis.sendCommand.bind(redis)
  let held: Redis['stream'] | null = null
  const release = (): void => {
    held?.uncork()
    held = null
  }
  redis.sendCommand = (command, stream) => {
    if (held === null && redis.status === 'ready') {
      held = redis.stream
      held.cork()
      setImmediate(release)
    }
    return send(command, stream)
  }
}
