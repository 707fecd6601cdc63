import type { Logger } from 'pino'
import type { Counter } from 'prom-client'
import type { CheckPorts } from '../access/admission/check.ts'
import type { EventRecorder } from '../access/admission/event-recorder.ts'
import type { OpenPorts } from '../access/admission/opening.ts'
import type { LiveRevalidation } from '../access/revalidate/live-revalidation.ts'
import type { StatePaths } from '../config/paths.ts'
import type { EdgeDirectory } from '../edge/edge-directory.ts'
import type { EdgeRegistry } from '../edge/edge-registry.ts'
import type { PushService } from '../edge/push-service.ts'
import type { GuideService } from '../epg/service.ts'
import type { EventReader } from '../events/event-reader.ts'
import type { LiveFeed } from '../events/feed/live-feed.ts'
import type { Publisher } from '../events/publisher.ts'
import type { Geo } from '../geo/geo.ts'
import type { LineupService } from '../lineup/lineup-service.ts'
import type { SurgeState } from '../lineup/surge-state.ts'
import type { ImportJobs } from '../migrate/jobs/import-jobs.ts'
import type { SessionEnd } from '../sessions/model/session-store.ts'
import type { RedisClient } from '../sessions/redis/client.ts'
import type { WorkLock } from '../sessions/redis/work-lock.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { TrafficMeter } from '../sessions/traffic-meter.ts'
import type { LiveAuthorizer } from './access/authorizer.ts'
import type { DemoAccount } from './access/demo-accounts.ts'
import type { ApplyLimits } from './access/live-limits.ts'
import type { LiveConfig } from './base/live-config.ts'
import type { Persistence } from './base/persistence.ts'
import type { Detection } from './detection.ts'
import type { Media } from './media/media.ts'
import type { Notices } from './notices.ts'
import type { LivePictures } from './pictures.ts'

/** Is called for every session that ends at this control plane. */
export type EndWatcher = (end: SessionEnd) => void

/** The parts of a control plane, as its servers and its background work use them. */
export interface Parts {
  readonly live: LiveConfig
  readonly paths: StatePaths
  readonly log: Logger
  readonly persistence: Persistence
  readonly sessions: Sessions
  readonly endWatchers: Set<EndWatcher>
  readonly traffic: TrafficMeter
  /** Work one control plane does for all. */
  readonly lock: WorkLock
  readonly lineup: LineupService
  readonly guide: GuideService
  readonly pictures: LivePictures
  readonly surge: SurgeState
  readonly access: OpenPorts & CheckPorts
  readonly authorizer: LiveAuthorizer
  readonly applyLimits: ApplyLimits
  readonly lifecycle: LiveRevalidation
  readonly geo: Geo
  readonly redis: RedisClient
  readonly publisher: Publisher
  readonly recorder: EventRecorder
  readonly historian: EventReader
  readonly feed: LiveFeed
  readonly media: Media
  readonly detection: Detection
  readonly notices: Notices
  readonly imports: ImportJobs
  readonly demo: readonly DemoAccount[]
  readonly now: () => number
}

/** The listeners for edges, and pushes to them. */
export interface EdgeApi {
  readonly registry: EdgeRegistry
  readonly push: PushService
  readonly directory: EdgeDirectory
  /** Requests of edges, by question and outcome. */
  readonly questions: Counter<'question' | 'outcome'>
  readonly past: Counter<'channel' | 'origin'>
  readonly unshared: Counter<'channel' | 'origin'>
  readonly failed: Counter<'origin' | 'reason'>
  stop(): Promise<void>
}

/** The parts with the edges' API: what the admin API works with. */
export interface AdminParts extends Parts {
  readonly edge: EdgeApi
  readonly hooks: { readonly problems: () => string[] }
}
