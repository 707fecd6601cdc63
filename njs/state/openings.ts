import { CLOCKS } from '../domain/limits/types.ts'
import { readLease } from './leases.ts'
import { nowSec, texts, trySet } from './memory.ts'
import { isSessionBanned } from './refusals.ts'

/** What an opening led to, kept for as long as it may be asked again. */
interface Opening {
  /** The session's lease key. */
  readonly key: string
  /** Unix ms at which the opening was last asked. */
  readonly asked: number
  /** Times it was asked again as a reload would, not as a second try. */
  readonly reloads: number
  /** Longest time between two reloads, ms. */
  readonly periodMs: number
  /** The pass' address. */
  readonly location: string
}

/** Answers to an opening that was asked before: the same pass, a session that was ended, or nothing known. */
export type Reopening =
  | { readonly kind: 'same'; readonly location: string }
  | { readonly kind: 'ended'; readonly key: string }
  | { readonly kind: 'unknown' }

/** Asked again sooner than this it is the same press of a button: some players open everything twice. */
const SECOND_TRY_MS = 1_000
/** A player that has asked so often asks its opening address at every reload. */
const RELOADS = 2
/** A longer pause than so many of its periods is a viewer who comes back. */
const PAUSE = 2.5
const UNKNOWN: Reopening = { kind: 'unknown' }

const nameOf = (id: string): string => `m${id}`

const read = (id: string): Opening | null => {
  const text = texts('gh_identity').get(nameOf(id))
  if (text === undefined) return null
  const [key = '', asked, reloads, period, location = ''] = text.split(' ')
  return {
    key,
    asked: Number(asked),
    reloads: Number(reloads),
    periodMs: Number(period),
    location,
  }
}

const write = (id: string, opening: Opening): void => {
  const { key, asked, reloads, periodMs, location } = opening
  const text = [key, asked, reloads, periodMs, location].join(' ')
  trySet(texts('gh_identity'), nameOf(id), text, CLOCKS.press)
}

/** Remembers where an opening led. */
export const noteOpening = (id: string, key: string, location: string): void => {
  const known = read(id)
  const before = known?.key === key ? known : null
  const { reloads = 0, periodMs = 0 } = before ?? {}
  write(id, { key, asked: Date.now(), reloads, periodMs, location })
}

/** A player that asks its opening address at every reload goes on with its session, and is ended with it. */
export const reopen = (id: string, network: number): Reopening => {
  const known = read(id)
  if (known === null) return UNKNOWN
  const now = Date.now()
  const gap = now - known.asked
  if (isSessionBanned(known.key, now)) {
    const isReload = known.reloads >= RELOADS && gap <= PAUSE * known.periodMs
    if (isReload) write(id, { ...known, asked: now })
    else texts('gh_identity').delete(nameOf(id))
    return isReload ? { kind: 'ended', key: known.key } : UNKNOWN
  }
  if (readLease(known.key, nowSec())?.network !== network) return UNKNOWN
  const isReload = gap >= SECOND_TRY_MS
  const reloads = known.reloads + (isReload ? 1 : 0)
  const periodMs = isReload ? Math.max(known.periodMs, gap) : known.periodMs
  write(id, { ...known, asked: now, reloads, periodMs })
  return { kind: 'same', location: known.location }
}
