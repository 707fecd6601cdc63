import type { StatePaths } from '../../config/paths.ts'
import { judgePast } from '../../detect/live/judge-past.ts'
import type { LiveFeed } from '../../events/feed/live-feed.ts'
import type { ImportJobs } from '../../migrate/jobs/import-jobs.ts'
import { imposedRoutes } from '../../routes/admin/accounts/imposed-limits.ts'
import type { AuditTrail } from '../../routes/admin/common/audit-trail.ts'
import {
  type BacktestRoutesOptions,
  backtestRoutes,
} from '../../routes/admin/detection/backtest.ts'
import {
  type FeedbackRoutesOptions,
  feedbackRoutes,
} from '../../routes/admin/detection/feedback.ts'
import { findingRoutes } from '../../routes/admin/detection/findings.ts'
import { historyRoutes } from '../../routes/admin/detection/history.ts'
import { type ImportRoutesOptions, importRoutes } from '../../routes/admin/detection/import.ts'
import {
  type ImportUploadOptions,
  importUploadRoutes,
} from '../../routes/admin/detection/import-uploads.ts'
import { ruleRoutes } from '../../routes/admin/detection/rules.ts'
import { sharingRoutes } from '../../routes/admin/detection/sharing.ts'
import { homesRoutes } from '../../routes/admin/people/homes.ts'
import { peopleRoutes } from '../../routes/admin/people/people.ts'
import type { AdminApiOptions } from '../../routes/admin-api.ts'
import type { Store } from '../../store/store.ts'
import type { Detection } from '../detection.ts'
import { tellingCursors } from '../imports.ts'

/** What the routes of detection and history need. */
export interface DetectionRouteParts {
  readonly store: Store
  readonly detection: Detection
  readonly audit: AuditTrail
  readonly clock: () => number
  readonly groups: () => readonly string[]
  readonly v6Prefix: () => number
  /** The time zone of `store.time_zone`. */
  readonly zone: () => string | null
  readonly applyLimits: (account: string) => Promise<void>
  readonly imports: ImportJobs
  readonly feed: Pick<LiveFeed, 'tell'>
  readonly paths: Pick<StatePaths, 'imports'>
}

/** Millions of rows; more is imported on the machine itself. */
const UPLOAD_BYTES = 8e9

/** Rules, findings, confidence, feedback, history and backtest below `/api/v1`. */
export const detectionRoutes = (parts: DetectionRouteParts): AdminApiOptions['more'] => {
  const { store, detection, audit, clock } = parts
  const { rules, feedback: feedbackCache, assessor, imposed, people, regroup } = detection
  const known = () => ({ groups: new Set(parts.groups()) })
  const backtest: BacktestRoutesOptions = {
    history: store.history,
    people,
    store,
    rules: () => rules.rules(),
    clock,
  }
  const feedback: FeedbackRoutesOptions = {
    store,
    book: feedbackCache,
    audit,
    clock,
    v6Prefix: parts.v6Prefix,
    changed: async (account) => await detection.judgeAgain(account),
  }
  const importOptions: ImportRoutesOptions = {
    history: store.history,
    imports: tellingCursors({ store, feed: parts.feed, now: clock }),
    judgePast: async (past) =>
      (await judgePast({ ...store, ...detection, now: clock }, past)).findings,
    clock,
    jobs: parts.imports,
  }
  const uploads: ImportUploadOptions = {
    jobs: parts.imports,
    imports: importOptions.imports,
    audit,
    folder: parts.paths.imports,
    limit: UPLOAD_BYTES,
  }
  return [
    (app) => ruleRoutes(app, { store, book: rules, audit, clock, known }),
    (app) => findingRoutes(app, { store, audit, clock }),
    (app) => sharingRoutes(app, { store, assessor, audit, clock }),
    (app) => feedbackRoutes(app, feedback),
    (app) => historyRoutes(app, { history: store.history, clock, zone: parts.zone }),
    (app) => importRoutes(app, importOptions),
    (app) => importUploadRoutes(app, uploads),
    (app) => backtestRoutes(app, backtest),
    (app) => peopleRoutes(app, { people, store, regroup, audit }),
    (app) => homesRoutes(app, { people, store, regroup, audit, clock }),
    (app) => imposedRoutes(app, { imposed, audit, applyLimits: parts.applyLimits }),
  ]
}
