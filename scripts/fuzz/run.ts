import { setTimeout } from 'node:timers/promises'
import { hostileRequest } from './hostile-request.ts'
import { createRandom } from './random.ts'
import { announcesMore, send } from './send.ts'
import { pickShape, piecesOf, type Shape } from './shape.ts'
import type { FuzzWorld, Listener, Megabytes } from './world.ts'

/** How long, and with which requests. */
export interface FuzzOptions {
  readonly seed: number
  /** Index of the first request. */
  readonly from: number
  /** Requests at most. */
  readonly count: number
  /** Unix ms to stop at. */
  readonly until: number
  readonly atOnce: number
}

/** A request that was answered with what no request may be answered with. */
export interface Failure {
  readonly index: number
  readonly listener: string
  readonly status: number
  /** As it went out. */
  readonly request: string
}

/** The result of a run. */
export interface FuzzReport {
  readonly sent: number
  /** Number of answers by listener and status; 0 = closed without one, -1 = none in time. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly failures: readonly Failure[]
  /** Processes that are not those of the start. */
  readonly restarted: readonly string[]
  /** Resident memory of each process after the first part of the run, MB. */
  readonly warmMb: Megabytes
}

/** nginx's own word for a coding or a version it does not have; RFC 9110, 15.6.2 and 15.6.6. */
const FITTING: ReadonlySet<number> = new Set([501, 505])

const isFailure = (status: number, awaitsMore: boolean): boolean =>
  (status >= 500 && !FITTING.has(status)) || (status === -1 && !awaitsMore)

/** What goes out at an index. */
export interface Sent {
  readonly listener: Listener
  readonly shape: Shape
  /** The bytes as they go out, latin-1. */
  readonly pieces: readonly string[]
}

/** What an index sends. */
export const requestAt = (seed: number, index: number, listeners: readonly Listener[]): Sent => {
  const random = createRandom(seed, index)
  const listener = random.pick(listeners)
  const shape = pickShape(random)
  const requests = Array.from({ length: shape === 'pipelined' ? 4 : 1 }, () =>
    hostileRequest(random, listener),
  )
  return { listener, shape, pieces: piecesOf(random, shape, requests) }
}

/** A first part of the run, after which memory is taken to be warm. */
const WARM_PART = 0.2

/** Growth beyond the warm state that is still flat, MB: caches of bounded size fill. */
export const FLAT_MB = 64

/** All of the processes together, MB. */
export const total = (memory: Megabytes): number =>
  Object.values(memory).reduce((sum, mb) => sum + mb, 0)

// A heap keeps what it grew by under load until it is collected whole, which node does when it has nothing to do.
const REST_MS = 10_000
const RESTS = 12

/** Memory at the end; where it grew, the processes are left at rest for a while first. */
export const memoryAtRest = async (world: FuzzWorld, warm: Megabytes): Promise<Megabytes> => {
  let memory = await world.memoryMb()
  for (let rests = 0; rests < RESTS && total(memory) - total(warm) > FLAT_MB; rests += 1) {
    await setTimeout(REST_MS)
    memory = await world.memoryMb()
  }
  return memory
}

/** Sends requests until time or number is over. */
export const fuzz = async (world: FuzzWorld, options: FuzzOptions): Promise<FuzzReport> => {
  const { seed, from, count, until, atOnce } = options
  const statuses = new Map<string, Map<number, number>>()
  const failures: Failure[] = []
  const before = await world.pids()
  const began = Date.now()
  let next = from
  let warm: Promise<Megabytes> | null = null
  const note = (listener: string, status: number) => {
    const counts = statuses.get(listener) ?? new Map<number, number>()
    counts.set(status, (counts.get(status) ?? 0) + 1)
    statuses.set(listener, counts)
  }
  const work = async () => {
    while (next < from + count && Date.now() < until) {
      const index = next
      next += 1
      const { listener, shape, pieces } = requestAt(seed, index, world.listeners)
      const request = pieces.join('')
      const awaitsMore = shape === 'whole' || shape === 'pieces' ? announcesMore(request) : true
      const status = await send(listener.place, pieces, { awaitsMore, isLast: shape === 'whole' })
      note(listener.name, status)
      if (isFailure(status, awaitsMore))
        failures.push({ index, listener: listener.name, status, request })
      const part = Math.max((Date.now() - began) / (until - began), (next - from) / count)
      if (part > WARM_PART) warm ??= world.memoryMb()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const after = await world.pids()
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return {
    sent: next - from,
    statuses,
    failures,
    restarted: [...names].filter((name) => before[name] !== after[name]),
    warmMb: await (warm ?? world.memoryMb()),
  }
}
