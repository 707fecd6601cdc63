import type { Logger } from 'pino'
import { createEventRecorder } from './access/admission/event-recorder.ts'
import {
  createLiveRevalidation,
  type LiveRevalidation,
} from './access/revalidate/live-revalidation.ts'
import { createAccess, createPlanOf } from './compose/access/access.ts'
import { createLiveAuthorizer, type LiveAuthorizer } from './compose/access/authorizer.ts'
import { withBanLog } from './compose/access/ban-log.ts'
import { createBanRepository } from './compose/access/ban-repository.ts'
import { ensureDemoAccounts, ensureDemoHistory } from './compose/access/demo-accounts.ts'
import { createApplyLimits } from './compose/access/live-limits.ts'
import { createLiveAuth, liveRevalidationPorts } from './compose/access/live-revalidation-ports.ts'
import { createRejudge } from './compose/access/rejudging.ts'
import { createLiveLinks } from './compose/access/secure-links.ts'
import { startAdmin } from './compose/admin/admin-server.ts'
import { scheduleWork } from './compose/background/schedule.ts'
import { createStateWatch, watchedStates } from './compose/background/watched-state.ts'
import { openAnnounced } from './compose/base/announced-store.ts'
import { createBackground } from './compose/base/background.ts'
import { openLiveGeo } from './compose/base/geo.ts'
import { createLiveConfig } from './compose/base/live-config.ts'
import { connectRedis, redisSettings } from './compose/base/redis.ts'
import { createDetection, openImposedLimits, scheduleDetection } from './compose/detection.ts'
import { startEdgeApi } from './compose/edge/edge-api.ts'
import { startHooks } from './compose/edge/hooks-server.ts'
import { configureGuide, createGuide } from './compose/guide.ts'
import { createImports } from './compose/imports.ts'
import { configureLineup, createLineup } from './compose/lineup.ts'
import { createMedia } from './compose/media/media.ts'
import { createNotices } from './compose/notices.ts'
import type { EdgeApi, EndWatcher, Parts } from './compose/parts.ts'
import { createLivePictures } from './compose/pictures.ts'
import type { LoadedConfig } from './config/load.ts'
import type { StatePaths } from './config/paths.ts'
import type { GuideService } from './epg/service.ts'
import { createArrivals, createKnownEvents } from './events/arrivals.ts'
import { createHistorian } from './events/historian.ts'
import { createPublisher } from './events/publisher.ts'
import { createSurgeState } from './lineup/surge-state.ts'
import { withImposedLimits } from './respond/imposed-limits.ts'
import { checkRedis } from './sessions/redis/client.ts'
import { createWorkLock } from './sessions/redis/work-lock.ts'
import { createSessions } from './sessions/sessions.ts'
import { createTrafficMeter } from './sessions/traffic-meter.ts'

export interface AppOptions {
  readonly loaded: LoadedConfig
  readonly paths: StatePaths
  readonly log: Logger
  /** Whether the demo gets a past of its own and viewers. */
  readonly hasDemoHistory?: boolean
}

export interface App {
  reload(): Promise<void>
  stop(): Promise<void>
}

const EVENTS_MS = 5_000
const WATCHED_MS = 3_000

/** The base of all other parts: configuration, database, Redis, events, sessions. */
const createGround = async ({ loaded, paths, log }: AppOptions) => {
  const now = (): number => Date.now()
  const live = createLiveConfig(loaded, (message) => log.warn(message))
  let level = live.config().log.level
  // A reload leaves a level that was changed at run time, unless the configuration names another one than before.
  live.onReloaded(() => {
    if (live.config().log.level !== level) log.level = live.config().log.level
    level = live.config().log.level
  })
  const redis = connectRedis(redisSettings(live.config(), paths), log)
  // No request waits for events: a slow answer is better than a repeated request.
  const patient = { ...redisSettings(live.config(), paths), commandTimeoutMs: EVENTS_MS }
  const streams = connectRedis(patient, log)
  const announced = await openAnnounced(live, streams, { paths, log, now })
  const { store } = announced.persistence
  const geo = await openLiveGeo(live, log, now)
  const arrivals = createArrivals()
  const known = createKnownEvents()
  const publisher = createPublisher({ redis: streams, arrivals, known })
  const recorder = withBanLog(createEventRecorder(publisher, now), log)
  const endWatchers = new Set<EndWatcher>()
  const plain = createSessions({
    redis,
    banMemory: createBanRepository(store.bans, () => plain.now()),
    onEnd: (end) => {
      recorder.ended(end)
      for (const watch of endWatchers) watch(end)
    },
    onDegraded: (isDegraded, why) =>
      log.warn(isDegraded ? `slots are counted in memory: ${why}` : 'slots are counted in Redis'),
    onDataLost: () => publisher.repeat(),
    onError: (error) => log.warn({ err: error }, 'the upkeep of sessions is tried again'),
  })
  await plain.start()
  const imposed = await openImposedLimits(store, now)
  const sessions = { ...plain, store: withImposedLimits(plain.store, imposed) }
  const unfit = await checkRedis(redis).catch(() => null)
  if (unfit !== null) throw new Error(unfit)
  const shared = {
    lock: createWorkLock(redis),
    traffic: createTrafficMeter(redis, now),
  }
  const data = {
    ...announced,
    redis,
    streams,
    arrivals,
    known,
    geo,
    publisher,
    recorder,
    sessions,
    imposed,
    endWatchers,
  }
  return { now, live, paths, log, ...data, ...shared }
}

type Ground = Awaited<ReturnType<typeof createGround>>

/** An opening does not fail because its next update could not be stored. */
const forgiving = (
  lifecycle: LiveRevalidation,
  log: Logger,
): Pick<LiveRevalidation, 'opened' | 'returned'> => ({
  opened: async (request, decision) => {
    await lifecycle
      .opened(request, decision)
      .catch((error: unknown) => log.warn({ err: error }, 'auth life cycle'))
  },
  returned: async (session) =>
    await lifecycle.returned(session).catch((error: unknown) => {
      log.warn({ err: error }, 'auth life cycle')
      return null
    }),
})

/** What there is to watch: lists, guide, surge. */
const createLists = async (ground: Ground) => {
  const { live, persistence, sessions, redis, log, now, paths } = ground
  const surge = createSurgeState(persistence.store.settings, now)
  const pictures = createLivePictures(live, persistence.ring)
  const guide: GuideService = createGuide({ stateDir: paths.state, now, log }, () =>
    lineup.guideChanged(),
  )
  const lineup = createLineup({
    guide: () => guide,
    pictures,
    live,
    stateDir: paths.state,
    surge,
    sessions,
    redis,
    log,
    now,
  })
  await surge.reload()
  await configureLineup(lineup, live)
  await configureGuide(guide, live, pictures)
  live.onReload(async () => {
    await configureLineup(lineup, live)
    await configureGuide(guide, live, pictures)
  })
  return { surge, lineup, guide, pictures }
}

/** Access: rules and backends, openings. */
const createDeciding = async (ground: Ground) => {
  const { live, persistence, sessions, redis, log, now, geo, recorder } = ground
  const { surge, lineup, guide, pictures } = await createLists(ground)
  const authorizer: LiveAuthorizer = createLiveAuthorizer(live.config(), redis, now, lineup.catalog)
  const { directory } = persistence
  const applyLimits = createApplyLimits(sessions.store, {
    config: live.config,
    catalog: lineup.catalog,
    accountById: async (id) => await directory.account(id),
    planOf: createPlanOf(live.config, directory),
  })
  const store = createLiveAuth(redis)
  const lifecycle = createLiveRevalidation({
    ...liveRevalidationPorts(sessions, authorizer, applyLimits),
    authorize: async (request, previous) => await authorizer.authorize(request, previous),
    store,
    now,
  })
  const rejudging = createRejudge({ sessions, authorizer, store, now }, (error) =>
    log.warn({ err: error }, 'running sessions could not be held against the rules'),
  )
  live.onReloaded(() => rejudging.start())
  const access = createAccess({
    config: live.config,
    persistence,
    lineup,
    authorizer,
    links: createLiveLinks(live.loaded, (message) => log.warn(message), lineup.catalog),
    sessions: sessions.store,
    bans: sessions.bans,
    view: sessions.view,
    place: (address) => geo.place(address),
    recorder,
    lifecycle: forgiving(lifecycle, log),
  })
  live.onReload(() => {
    authorizer.configure(live.config())
    return Promise.resolve()
  })
  return { surge, lineup, guide, pictures, authorizer, applyLimits, lifecycle, access, rejudging }
}

type Stopped = Parts &
  Pick<Ground, 'streams'> &
  Pick<Awaited<ReturnType<typeof createDeciding>>, 'rejudging' | 'guide'>

/** Ends what requests and background work stand on, in the order in which they need each other. */
const stopParts = async (parts: Stopped, edge: EdgeApi): Promise<void> => {
  const { persistence, streams, redis, geo, sessions, publisher, media, rejudging } = parts
  const { lineup, guide, detection, historian, notices, authorizer } = parts
  await media.hub.stop()
  await rejudging.settled()
  await edge.stop()
  lineup.playlists.stop()
  await guide.stop()
  await detection.detectors.stop()
  await historian.stop()
  await notices.stop()
  await publisher.close()
  await sessions.stop()
  await authorizer.client.close()
  geo.stop()
  redis.disconnect()
  streams.disconnect()
  await persistence.store.close()
}

/** Makes and starts a control plane: the one place where everything is put together. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const ground = await createGround(options)
  const deciding = await createDeciding(ground)
  const { persistence, streams, feed, geo, log, now, live } = ground
  const historian = createHistorian({
    redis: streams,
    arrivals: ground.arrivals,
    known: ground.known,
    store: persistence.store,
    locate: (address) => geo.place(address),
    onFailure: (error) => log.warn({ err: error }, 'history waits in the stream'),
  })
  const demo = await ensureDemoAccounts(live.config(), persistence, now())
  const notices = await createNotices(ground)
  const media = await createMedia(ground)
  const detection = await createDetection({
    ...ground,
    notices,
    media: media.hub,
    store: persistence.store,
    applyLimits: deciding.applyLimits,
    place: (address) => geo.place(address),
  })
  const imports = createImports({ ...ground, store: persistence.store, detection })
  const made = { historian, media, notices, detection, imports, demo }
  const parts = { ...ground, ...deciding, ...made }
  if (options.hasDemoHistory === true)
    await ensureDemoHistory({ ...ground, state: options.paths.state })
  const edge = await startEdgeApi(parts)
  const hooks = await startHooks(parts)
  const admin = await startAdmin({ ...parts, edge, hooks })
  const background = createBackground(log)
  scheduleWork(background, parts)
  scheduleDetection(background, detection, parts)
  const watched = createStateWatch(feed, ground.announce, watchedStates({ ...parts, edge, hooks }))
  background.every('what pages show of health', WATCHED_MS, watched)
  // The rules may have changed while no control plane ran.
  deciding.rejudging.start()
  await imports.resumeAll()
  log.info('ready')

  return {
    reload: async () => await live.reload(),
    stop: async () => {
      feed.stop()
      await admin.stop()
      await hooks.stop()
      await background.stop()
      await imports.stop()
      await stopParts(parts, edge)
    },
  }
}
