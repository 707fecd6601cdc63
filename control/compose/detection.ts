import type { Logger } from 'pino'
import type { AccountRef, GeoPlace } from '#domain/types'
import { type ChannelCache, createChannelCache } from '../detect/household/homes/channel-cache.ts'
import { createAccountWindow } from '../detect/live/account-window.ts'
import { type Assessor, createAssessor } from '../detect/live/assessor.ts'
import { startDetectors } from '../detect/live/detectors.ts'
import { createFeedbackCache, type FeedbackCache } from '../detect/live/feedback-cache.ts'
import { type JudgeAndNotifyPorts, judgeAccount } from '../detect/live/judge-account.ts'
import { createRegroup } from '../detect/live/regroup.ts'
import { createRuleCache, type RuleCache, seedRules } from '../detect/live/rule-cache.ts'
import type { Arrivals, KnownEvents } from '../events/arrivals.ts'
import type { EventReader } from '../events/event-reader.ts'
import type { Announce } from '../events/feed/announcer.ts'
import type { StreamClient } from '../events/stream-client.ts'
import type { FindingNotice } from '../notify/model/notice.ts'
import { createPeople, type People } from '../people/people.ts'
import { readPersons } from '../people/people-reader.ts'
import { createImposedLimits, type ImposedLimits } from '../respond/imposed-limits.ts'
import { createResponder } from '../respond/respond.ts'
import { createServerLimits, type ServerLimits } from '../respond/server-limits.ts'
import type { WorkLock } from '../sessions/redis/work-lock.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { MediaHub } from '../sources/hub/hub.ts'
import type { Store } from '../store/store.ts'
import type { ApplyLimits } from './access/live-limits.ts'
import type { Background } from './base/background.ts'
import type { LiveConfig } from './base/live-config.ts'
import type { Notices } from './notices.ts'

/** Detection as the admin API and the background work use it. */
export interface Detection {
  readonly rules: RuleCache
  readonly feedback: FeedbackCache
  readonly channels: ChannelCache
  readonly assessor: Assessor
  readonly detectors: EventReader
  readonly people: People
  readonly imposed: ImposedLimits
  readonly serverLimits: ServerLimits
  /** Judges accounts anew whose person has changed. */
  readonly regroup: (accounts: readonly AccountRef[]) => Promise<void>
  /** Evaluates an account's last day again after an operator's feedback. */
  judgeAgain(account: AccountRef): Promise<void>
}

export interface DetectionParts {
  readonly store: Store
  readonly sessions: Pick<Sessions, 'store' | 'bans'>
  readonly imposed: ImposedLimits
  readonly media: MediaHub
  readonly applyLimits: ApplyLimits
  readonly streams: StreamClient
  readonly arrivals: Arrivals
  readonly known: KnownEvents
  readonly place: (address: string) => GeoPlace
  readonly live: Pick<LiveConfig, 'config'>
  readonly notices: Notices
  readonly announce: Announce
  readonly log: Logger
  readonly now: () => number
}

/**
 * A single control plane reads every play's events; of several, each reads a part and loads the
 * rest from SQL.
 */
const REFRESH_MS = { duckdb: 600_000, postgres: 30_000 } as const

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const ACCOUNTS_A_ROUND = 500

/**
 * Running sessions are published every minute; a conflict lasts long enough to be seen a little
 * later.
 */
const REJUDGE_MS = 4 * MINUTE

/** A SQL query costs much the same for one account as for fifty. */
const LINGER_MS = SECOND
/** The same where many plays begin and end at once. */
const BUSY_LINGER_MS = 2 * SECOND

const createRespond = (parts: DetectionParts, serverLimits: ServerLimits, people: People) =>
  createResponder({
    people,
    sessions: parts.sessions.store,
    media: parts.media,
    serverLimits,
    bans: parts.sessions.bans,
    imposed: parts.imposed,
    applyLimits: async (account) => await parts.applyLimits(account, null),
    notifier: { notify: async (notice: FindingNotice) => await parts.notices.tell(notice) },
    findings: parts.store.findings,
    audit: parts.store.audit,
    now: parts.now,
  })

/** The caps rules have set, read from the store. */
export const openImposedLimits = async (
  store: Pick<Store, 'settings' | 'atomically'>,
  now: () => number,
): Promise<ImposedLimits> => {
  const atomically: Parameters<typeof createImposedLimits>[0]['atomically'] = async (work) =>
    await store.atomically(async ({ settings }) => await work(settings))
  const imposed = createImposedLimits({ settings: store.settings, atomically, now })
  await imposed.reload()
  return imposed
}

/** What accounts are judged with; what judging writes is told to those who watch. */
const judgingPorts = (
  { store, now, notices: { announcer }, announce }: DetectionParts,
  ports: Pick<JudgeAndNotifyPorts, 'window' | 'rules' | 'feedback' | 'channels'>,
): JudgeAndNotifyPorts => ({
  ...ports,
  now,
  store: {
    ...store,
    atomically: async (work) => {
      const done = await store.atomically(work)
      announce('finding')
      return done
    },
  },
  announce: async (tables, due) => await announcer.announce(tables, due),
})

/** Starts the live detectors with what they need. */
export const createDetection = async (parts: DetectionParts): Promise<Detection> => {
  const { store, log, now } = parts
  await seedRules(store, now())
  const rules = createRuleCache(store)
  const people = createPeople({ store, now })
  await people.reload()
  const homes = () => parts.live.config().home_networks
  const feedback = createFeedbackCache(store.feedback, homes, people)
  const channels = createChannelCache(store.history.dashboard, now)
  await Promise.all([rules.reload(), feedback.reload(), channels.reload()])
  const serverLimits = createServerLimits({
    media: parts.media,
    settings: store.settings,
    atomically: async (work) =>
      await store.atomically(async ({ settings }) => await work(settings)),
    now,
  })
  const refreshMs = REFRESH_MS[store.engine]
  const history = readPersons(store.history, people)
  const window = createAccountWindow({ history, now, refreshMs })
  const judging = judgingPorts(parts, { window, rules, feedback, channels })
  const detectors = await startDetectors({
    ...judging,
    redis: parts.streams,
    arrivals: parts.arrivals,
    known: parts.known,
    respond: createRespond(parts, serverLimits, people),
    people,
    locate: parts.place,
    rejudgeIntervalMs: REJUDGE_MS,
    lingerMs: LINGER_MS,
    busyLingerMs: BUSY_LINGER_MS,
    onFailure: (error) => log.warn({ err: error }, 'detectors'),
  })
  const { assessments } = store
  const judgeAgain = async (account: AccountRef): Promise<void> => {
    await judgeAccount(judging, people.primaryOf(account), [])
  }
  const assessor = createAssessor({
    history,
    assessments,
    rules,
    feedback,
    channels,
    now,
    zone: () => parts.live.config().store.time_zone ?? undefined,
  })
  return {
    rules,
    feedback,
    channels,
    detectors,
    imposed: parts.imposed,
    serverLimits,
    people,
    assessor,
    regroup: createRegroup({ people, window, feedback, assessor, judgeAgain }),
    judgeAgain,
  }
}

/** What detection does by itself, again and again. */
export const scheduleDetection = (
  background: Background,
  { rules, feedback, channels, assessor, imposed, serverLimits, people, regroup }: Detection,
  { applyLimits, lock }: { readonly applyLimits: ApplyLimits; readonly lock: WorkLock },
): void => {
  background.every('limits set by rules', 5 * SECOND, async () => {
    for (const account of await imposed.reload()) await applyLimits(account, null)
  })
  background.every('limits at media servers', 30 * SECOND, async () => {
    if (await lock.owns('server-limits', MINUTE)) await serverLimits.restoreDue()
  })
  background.every('rules and feedback', 30 * SECOND, async () => {
    await rules.reload()
    await feedback.reload()
    const changed = await people.reload()
    if (changed.length > 0) await regroup(changed)
  })
  background.every('popularity of channels', HOUR, async () => await channels.reload())
  // Each account is assessed at most once an hour.
  background.every('confidence of accounts', 5 * MINUTE, async () => {
    // One control plane does it for all.
    if (await lock.owns('confidence', 10 * MINUTE)) await assessor.round(ACCOUNTS_A_ROUND)
  })
}
