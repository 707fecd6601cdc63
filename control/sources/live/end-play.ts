import { setTimeout as pause } from 'node:timers/promises'
import { say } from '../../sentences/sentences.ts'
import type { EndAnswer, EndRefusal } from '../model/play-source.ts'
import { SourceError } from '../model/source-error.ts'
import type { PlayTable } from './play-table.ts'

/** Dependencies of ending a play. */
export interface EndPorts {
  readonly table: PlayTable
  /** Looks at the server now; throws when it cannot. */
  readonly look: () => Promise<void>
  /** Asks for the end of one session; throws a `SourceError` when the server refuses. */
  readonly terminate: (handle: string, reason: string) => Promise<void>
  /** How long the play may take to vanish, and how often it is looked for meanwhile, in milliseconds. */
  readonly confirmMs: number
  readonly checkMs: number
  /** Aborted when the source stops. */
  readonly stopping: () => AbortSignal | null
}

/** A refusal with its words. */
export const refused = (
  why: EndRefusal,
  detail: string,
): Extract<EndAnswer, { state: 'refused' }> => ({ state: 'refused', why, detail })

/** Why a request about a play was not taken, by what its call threw. */
export const refusedBy = (error: unknown): Extract<EndAnswer, { state: 'refused' }> => {
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof SourceError && error.failure.status === 404)
    return refused('not_playing', detail)
  const isNo =
    error instanceof SourceError &&
    (error.failure.kind === 'refused' || error.failure.kind === 'unauthorized')
  return refused(isNo ? 'not_permitted' : 'unreachable', detail)
}

const GONE_DETAIL = say('play.gone')

/** Polls until the play is gone or the time is over; failed polls are ignored. */
const seeItGo = async (ports: EndPorts, key: string, signal: AbortSignal): Promise<EndAnswer> => {
  const last = performance.now() + ports.confirmMs
  while (!signal.aborted) {
    const isRead = await ports.look().then(
      () => true,
      () => false,
    )
    if (isRead && ports.table.get(key) === null) return { state: 'confirmed' }
    if (performance.now() + ports.checkMs > last) break
    await pause(ports.checkMs, undefined, { signal }).catch(() => undefined)
  }
  return { state: 'asked' }
}

const endOnce = async (ports: EndPorts, key: string, reason: string): Promise<EndAnswer> => {
  const signal = ports.stopping()
  if (signal === null) return refused('stopped', say('server.not_started'))
  try {
    await ports.look()
  } catch (error) {
    return refused('unreachable', error instanceof Error ? error.message : String(error))
  }
  if (ports.table.get(key) === null) return refused('not_playing', GONE_DETAIL)
  const handles = ports.table.handlesOf(key)
  if (handles.length === 0) return refused('not_supported', say('server.no_id'))
  // It may be gone before the answer to this is here.
  ports.table.setEnding(key, true)
  const answers = await Promise.allSettled(
    handles.map(async (handle) => await ports.terminate(handle, reason)),
  )
  const [failure] = answers.filter((answer) => answer.status === 'rejected')
  if (failure !== undefined && answers.every(({ status }) => status === 'rejected')) {
    ports.table.setEnding(key, false)
    return refusedBy(failure.reason)
  }
  ports.table.markEndAsked(key)
  return await seeItGo(ports, key, signal)
}

/**
 * Ends plays: verifies that the play runs, sends one request for concurrent callers, and waits a
 * little for it to vanish.
 */
export const createEnd = (
  ports: EndPorts,
): ((key: string, reason: string) => Promise<EndAnswer>) => {
  const underWay = new Map<string, Promise<EndAnswer>>()
  return async (key, reason) => {
    const earlier = underWay.get(key)
    if (earlier !== undefined) return await earlier
    const mine = endOnce(ports, key, reason).finally(() => underWay.delete(key))
    underWay.set(key, mine)
    return await mine
  }
}
