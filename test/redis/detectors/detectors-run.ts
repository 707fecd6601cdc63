import { createAccountWindow } from '../../../control/detect/live/account-window.ts'
import { startDetectors } from '../../../control/detect/live/detectors.ts'
import { createFeedbackCache } from '../../../control/detect/live/feedback-cache.ts'
import type { DueResponse } from '../../../control/detect/live/judge-account.ts'
import type { DetectionRule } from '../../../control/detect/rules/rule-types.ts'
import type { EventReader } from '../../../control/events/event-reader.ts'
import type { StreamClient } from '../../../control/events/stream-client.ts'
import type { Store } from '../../../control/store/store.ts'
import type { StoredFinding } from '../../../control/store/tables/records.ts'
import { EVENING } from './detectors-samples.ts'

export interface RunOptions {
  readonly redis: StreamClient
  readonly store: Store
  readonly rules: readonly DetectionRule[]
  readonly now?: () => number
  readonly respond?: (due: DueResponse) => Promise<void>
  readonly batch?: number
}

/** Detectors over a store, with their memory and the operators' words. */
export const runDetectors = async (options: RunOptions): Promise<EventReader> => {
  const { redis, store, rules, now = () => EVENING, batch = 100 } = options
  const feedback = createFeedbackCache(store.feedback)
  await feedback.reload()
  return await startDetectors({
    redis,
    store,
    window: createAccountWindow({ history: store.history, now }),
    rules: { rules: () => rules, reload: () => Promise.resolve() },
    feedback,
    now,
    respond: options.respond ?? (() => Promise.resolve()),
    batch,
    idleMs: 10,
    claimAfterMs: 200,
    onFailure: (error) => process.stderr.write(`${String(error)}\n`),
  })
}

/** Every finding, by its id. */
export const allFindings = async (store: Store, state = 'open'): Promise<StoredFinding[]> => {
  const found: StoredFinding[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<typeof store.findings.list>> = await store.findings.list({
      where: { state },
      limit: 1000,
      ...(after === null ? {} : { after }),
    })
    found.push(...page.rows)
    after = page.next
  } while (after !== null)
  return found
}
