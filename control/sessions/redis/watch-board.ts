import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { readJson } from '#domain/read-json'
import { KEYS } from '../model/keys.ts'
import type { RedisClient } from './client.ts'

/** Something a control plane asks of the one that watches a media server. */
export interface WatchCall {
  readonly id: string
  readonly verb: string
  readonly key: string
  readonly words: string
}

/** What control planes tell each other of the media servers they watch: one watches each, the others read. */
export interface WatchBoard {
  /** Whether this control plane watches a server, for a lease more; `null` while Redis is away. */
  owns(server: string): Promise<boolean | null>
  /** Leaves the server to another control plane at once. */
  release(server: string): Promise<void>
  /** Whether another control plane reads what is published. */
  isRead(server: string): Promise<boolean>
  publish(server: string, text: string): Promise<void>
  /** What the watching control plane published last, and that this one reads it. */
  read(server: string): Promise<string | null>
  /** The calls of others, each taken once. */
  calls(server: string): Promise<WatchCall[]>
  answer(id: string, text: string): Promise<void>
  /** Asks the watching control plane; `null` where it does not answer in time. */
  call(server: string, what: Omit<WatchCall, 'id'>, patienceMs: number): Promise<string | null>
}

const LOOK_MS = 100

const isText = (value: unknown): value is string => typeof value === 'string'

const isCall = (value: unknown): value is WatchCall =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'verb', 'key', 'words'].every((name) => isText(Reflect.get(value, name)))

/** A board in Redis; `me` is the same for a control plane that starts again. */
export const createWatchBoard = (redis: RedisClient, me: string): WatchBoard => {
  const { watch, watchRead, watchState, watchCalls, watchAnswer } = KEYS
  const owns = async (server: string): Promise<boolean | null> => {
    const { key, ttlMs } = watch
    try {
      const owner = await redis.get(key(server))
      if (owner === null) return (await redis.set(key(server), me, 'PX', ttlMs, 'NX')) === 'OK'
      if (owner !== me) return false
      await redis.pexpire(key(server), ttlMs)
      return true
    } catch {
      return null
    }
  }
  return {
    owns,
    release: async (server) => {
      if ((await owns(server)) === true) await redis.del(watch.key(server))
    },
    isRead: async (server) => (await redis.exists(watchRead.key(server))) === 1,
    publish: async (server, text) => {
      await redis.set(watchState.key(server), text, 'PX', watchState.ttlMs)
    },
    read: async (server) => {
      await redis.set(watchRead.key(server), me, 'PX', watchRead.ttlMs)
      return await redis.get(watchState.key(server))
    },
    calls: async (server) => {
      const calls: WatchCall[] = []
      for (;;) {
        const text = await redis.lpop(watchCalls.key(server))
        if (text === null) return calls
        const call = readJson(text, isCall)
        if (call !== null) calls.push(call)
      }
    },
    answer: async (id, text) => {
      await redis.set(watchAnswer.key(id), text, 'PX', watchAnswer.ttlMs)
    },
    call: async (server, what, patienceMs) => {
      const id = randomUUID()
      const { key, ttlMs } = watchCalls
      await redis.rpush(key(server), JSON.stringify({ ...what, id }))
      await redis.pexpire(key(server), ttlMs)
      const last = performance.now() + patienceMs
      while (performance.now() < last) {
        const text = await redis.get(watchAnswer.key(id))
        if (text !== null) return text
        await pause(LOOK_MS)
      }
      return null
    },
  }
}
