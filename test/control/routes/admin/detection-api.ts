import { join } from 'node:path'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { PlayRecord } from '#domain/types'
import { detectionRoutes } from '../../../../control/compose/admin/detection-routes.ts'
import type { Detection } from '../../../../control/compose/detection.ts'
import { createImports } from '../../../../control/compose/imports.ts'
import { createChannelCache } from '../../../../control/detect/household/homes/channel-cache.ts'
import { createAccountWindow } from '../../../../control/detect/live/account-window.ts'
import { createAssessor } from '../../../../control/detect/live/assessor.ts'
import { createFeedbackCache } from '../../../../control/detect/live/feedback-cache.ts'
import { judgeAccount } from '../../../../control/detect/live/judge-account.ts'
import { createRegroup } from '../../../../control/detect/live/regroup.ts'
import { createRuleCache, seedRules } from '../../../../control/detect/live/rule-cache.ts'
import { unknownPlace } from '../../../../control/geo/geo-record.ts'
import type { ImportJobs } from '../../../../control/migrate/jobs/import-jobs.ts'
import { createPeople } from '../../../../control/people/people.ts'
import { asPersons, readPersons } from '../../../../control/people/people-reader.ts'
import adminAuth, { type Permission } from '../../../../control/plugins/admin-auth.ts'
import problem from '../../../../control/plugins/problem.ts'
import { createImposedLimits } from '../../../../control/respond/imposed-limits.ts'
import { createAuditTrail } from '../../../../control/routes/admin/common/audit-trail.ts'
import { openStore, type Store } from '../../../../control/store/store.ts'
import { tempDir } from '../../../support/cleanup.ts'

/** The routes of detection over a real store, without the rest of the control plane. */
export interface DetectionApi {
  readonly app: FastifyInstance
  readonly store: Store
  readonly imports: ImportJobs
  /** Folder of uploads. */
  readonly uploads: string
  /** Imports go on as at the next start. */
  readonly resumeImports: () => Promise<void>
  /** Judges plays as the live detectors would. */
  readonly judge: (plays: readonly PlayRecord[]) => Promise<void>
  readonly stop: () => Promise<void>
}

const IDLE = { handled: 0, deadLettered: 0, lost: 0, failures: 0, isFailing: false }

export const startDetectionApi = async (
  now: () => number,
  permissions: readonly Permission[] = ['*'],
): Promise<DetectionApi> => {
  const folder = await tempDir()
  const store = await openStore({ url: join(folder.path, 'api.duckdb') })
  await seedRules(store, now())
  const rules = createRuleCache(store)
  const people = createPeople({ store, now })
  const feedback = createFeedbackCache(store.feedback, () => [], people)
  await rules.reload()
  const { assessments } = store
  const history = readPersons(store.history, people)
  const window = createAccountWindow({ history, now })
  const judging = { store, window, rules, feedback, now }
  const imposed = createImposedLimits({
    settings: store.settings,
    atomically: (work) => store.atomically(({ settings }) => work(settings)),
    now,
  })
  const judgeAgain = async (account: string) =>
    void (await judgeAccount(judging, people.primaryOf(account), []))
  const assessor = createAssessor({ history, assessments, rules, feedback, now })
  const detection: Detection = {
    rules,
    feedback,
    channels: createChannelCache(store.history.dashboard, now),
    imposed,
    serverLimits: { impose: () => Promise.resolve(false), restoreDue: () => Promise.resolve() },
    assessor,
    people,
    regroup: createRegroup({ people, window, feedback, assessor, judgeAgain }),
    detectors: {
      stats: () => IDLE,
      waiting: () => Promise.resolve(0),
      stop: () => Promise.resolve(),
    },
    judgeAgain,
  }
  const paths = { imports: join(folder.path, 'imports') }
  const geo = { place: () => unknownPlace, network: () => null }
  const log = pino({ level: 'silent' })
  const feed = { tell: () => undefined }
  const importParts = { store, paths, geo, detection, feed, now, log }
  const imports = createImports(importParts)
  let again: ImportJobs | null = null
  const app = Fastify()
  await app.register(problem)
  const actorOf = () => Promise.resolve({ name: 'ann', permissions })
  await app.register(adminAuth, { hosts: null, actorOf, trusted: null })
  await app.register(swagger, { openapi: { info: { title: 'test', version: '1' } } })
  const routes = detectionRoutes({
    zone: () => null,
    feed,
    imports,
    paths,
    store,
    detection,
    audit: createAuditTrail(store.audit, now),
    clock: now,
    groups: () => ['home'],
    v6Prefix: () => 64,
    applyLimits: () => Promise.resolve(),
  })
  await app.register(
    (api, _options, done) => {
      for (const route of routes) route(api)
      done()
    },
    { prefix: '/api/v1' },
  )
  return {
    app,
    store,
    imports,
    uploads: paths.imports,
    resumeImports: async () => {
      again = createImports(importParts)
      await again.resumeAll()
    },
    judge: async (plays) => {
      await store.history.upsertPlays(plays)
      const [first] = plays
      if (first)
        await judgeAccount(judging, people.primaryOf(first.account), asPersons(plays, people))
    },
    stop: async () => {
      await app.close()
      await imports.stop()
      await again?.stop()
      await store.close()
      await folder.remove()
    },
  }
}
