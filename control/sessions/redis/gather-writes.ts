import type { Redis } from 'ioredis'

type Stream = Redis['stream']

/**
 * Sends the commands of a turn of the event loop in one write, and while Redis has not answered the last one, those of several turns: Redis does one
 * thing at a time, and each write costs both sides more than most commands do. The client's own pipelines cost as much again as the command itself.
 */
export const gatherWrites = (redis: Redis): void => {
  const send = redis.sendCommand.bind(redis)
  const heard = new WeakSet<Stream>()
  /** Has commands that are not written yet. */
  let held: Stream | null = null
  /** Was written to and has not answered since. */
  let asked: Stream | null = null
  const release = (): void => {
    if (held === null) return
    asked = held
    held = null
    asked.uncork()
  }
  const hear = (stream: Stream): void => {
    if (heard.has(stream)) return
    heard.add(stream)
    stream.on('data', () => {
      if (asked !== stream) return
      asked = null
      // What is asked for because of this answer goes along.
      if (held !== null) setImmediate(release)
    })
  }
  redis.sendCommand = (command, stream) => {
    const present = redis.stream
    if (held !== present && redis.status === 'ready') {
      hear(present)
      held = present
      present.cork()
      if (asked !== present) setImmediate(release)
    }
    return send(command, stream)
  }
}
