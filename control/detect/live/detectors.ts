import { setImmediate } from 'node:timers/promises'
import type { AccountRef, GeoPlace } from '#domain/types'
import {
  type EventReader,
  type EventReaderOptions,
  startEventReader,
} from '../../events/event-reader.ts'
import { HISTORIAN_GROUP } from '../../events/historian.ts'
import { pendingEvents } from '../../events/pending-events.ts'
import type { PlayEvent } from '../../events/play-event.ts'
import { locatedPlayOfEvent } from '../../events/play-of-event.ts'
import { ALL_STRANGERS, type PeopleView } from '../../people/people.ts'
import { asPersons } from '../../people/people-reader.ts'
import { hash52 } from '../../store/history/counting/hash52.ts'
import { foldPlays } from '../../store/history/merge-plays.ts'
import { byAccount } from '../by-account.ts'
import { createRunningPlaces } from '../judge/running-places.ts'
import { type AccountCase, type AccountUpdate, loadCases } from './account-case.ts'
import { type DueResponse, type JudgeAndNotifyPorts, judgeCase } from './judge-account.ts'

export interface DetectorsOptions extends JudgeAndNotifyPorts, EventReaderOptions {
  /**
   * Runs the response a finding calls for; an error goes to `onFailure` and the response is retried at the
   * account's next judgement.
   */
  readonly respond: (due: DueResponse) => Promise<void>
  readonly locate?: (address: string) => GeoPlace | null
  /** Accounts of one person are judged together. */
  readonly people?: Pick<PeopleView, 'primaryOf'>
  /**
   * An account whose plays merely continue is judged at most once in this time (milliseconds); a start or an
   * end is judged at once, and so is every report of an account that plays over several networks.
   */
  readonly rejudgeIntervalMs?: number
}

export const DETECTORS_GROUP = 'detectors'

const DAY_MS = 86_400_000

/** Older plays come from imports; reports and backtests judge those. */
const OLDEST_MS = 7 * DAY_MS

/**
 * Accounts read from SQL in one look, fewest and most: a look costs little more for a thousand accounts without plays than for fifty, but turning plays into
 * records blocks the event loop.
 */
const LOOK = { fewest: 50, most: 800 } as const
/** Plays of one look, from which on the next one is for fewer accounts; below a quarter of it, for more. */
const PLAYS_A_LOOK = 1000
const ENOUGH = 1000
const REMEMBERED = 100_000

/** At our own edges a play was opened before it started; a media server's begins with its start. */
const isGoingOn = ({ type, source }: PlayEvent): boolean =>
  type === 'updated' || (type === 'started' && source.startsWith('edge:'))

/** Milliseconds for which accounts are judged in one turn of the event loop. */
const TURN_MS = 2

/** Judges the accounts of a batch of events. */
const createJudge = (options: DetectorsOptions) => {
  const { now, window, respond, onFailure, rejudgeIntervalMs = 0, people = ALL_STRANGERS } = options
  const judgedAt = new Map<AccountRef, number>()
  const running = createRunningPlaces(now)
  let atOnce: number = LOOK.fewest
  let turnAt = performance.now()
  const look = async (due: readonly AccountUpdate[]): Promise<AccountCase[]> => {
    const cases = await loadCases(options, due)
    turnAt = performance.now()
    const found = cases.reduce((sum, { plays }) => sum + plays.length, 0)
    if (found > PLAYS_A_LOOK) atOnce = Math.max(LOOK.fewest, atOnce / 2)
    else if (due.length === atOnce && found < PLAYS_A_LOOK / 4)
      atOnce = Math.min(LOOK.most, atOnce * 2)
    return cases
  }
  const isPatient = (account: AccountRef): boolean =>
    now() - (judgedAt.get(account) ?? Number.NEGATIVE_INFINITY) < rejudgeIntervalMs
  const judge = async (one: AccountCase, isUrgent: boolean): Promise<void> => {
    for (const due of await judgeCase(options, one)) {
      await respond(due).catch((error: unknown) => onFailure?.(error))
    }
    if (judgedAt.size >= REMEMBERED) judgedAt.clear()
    // Spreads the first judgements after a start over the interval.
    const isMet = judgedAt.has(one.account) || isUrgent
    const turnMs = isMet ? 0 : hash52(one.account) % Math.max(1, rejudgeIntervalMs)
    judgedAt.set(one.account, now() - turnMs)
    // Lets pending requests run.
    if (performance.now() - turnAt < TURN_MS) return
    await setImmediate()
    turnAt = performance.now()
  }
  return async (events: readonly PlayEvent[]): Promise<void> => {
    const oldest = now() - OLDEST_MS
    const recent = events.filter(({ type, at }) => type !== 'download' && at >= oldest)
    const urgent = new Set(
      recent.filter((e) => !isGoingOn(e)).map(({ account }) => people.primaryOf(account)),
    )
    const reported = asPersons(
      recent.map((event) => locatedPlayOfEvent(event, options.locate)),
      people,
    )
    running.learn(reported)
    const due: AccountUpdate[] = []
    for (const [account, plays] of byAccount(foldPlays(reported).values())) {
      if (urgent.has(account) || running.isApart(account) || !isPatient(account))
        due.push({ account, updates: plays })
      else window.add(account, plays)
    }
    for (let at = 0; at < due.length; ) {
      const some = due.slice(at, at + atOnce)
      at += some.length
      for (const one of await look(some)) await judge(one, urgent.has(one.account))
    }
  }
}

/** Loads the events that the historian has not written to SQL yet. */
const recall = async (options: DetectorsOptions): Promise<void> => {
  const events = await pendingEvents(options.redis, HISTORIAN_GROUP)
  const located = events
    .filter(({ type }) => type !== 'download')
    .map((event) => locatedPlayOfEvent(event, options.locate))
  const reported = asPersons(located, options.people ?? ALL_STRANGERS)
  for (const [account, plays] of byAccount(foldPlays(reported).values())) {
    await options.window.plays(account, plays, OLDEST_MS)
  }
}

/**
 * Starts the consumer that judges accounts as events arrive; an entry is acknowledged after its findings are
 * stored.
 */
export const startDetectors = async (options: DetectorsOptions): Promise<EventReader> => {
  const write = createJudge(options)
  await recall(options).catch((error: unknown) => options.onFailure?.(error))
  return startEventReader(options, {
    group: DETECTORS_GROUP,
    write,
    lingerMs: 0,
    maxEvents: ENOUGH,
  })
}
