import { setTimeout as pause } from 'node:timers/promises'
import type { PlayRecord } from '#domain/types'
import { createChannelCache } from '../../detect/household/homes/channel-cache.ts'
import { createAssessor } from '../../detect/live/assessor.ts'
import { createFeedbackCache } from '../../detect/live/feedback-cache.ts'
import { judgePast } from '../../detect/live/judge-past.ts'
import { createRuleCache, seedRules } from '../../detect/live/rule-cache.ts'
import { createImportCursors } from '../../migrate/plays/import-cursors.ts'
import type { Written } from '../../migrate/plays/import-plays.ts'
import type { ImportState } from '../../migrate/plays/import-state.ts'
import { peopleView, readPeople } from '../../people/people.ts'
import { readPersons } from '../../people/people-reader.ts'
import type { Store } from '../../store/store.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, pathsOf } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import { isControlRunning } from '../detection/running-history.ts'
import { instanceConfig, openInstanceStore } from '../detection/store-history.ts'

/** Where an import writes: the running control plane, else the instance's own store. */
export interface ImportTarget {
  write(plays: readonly PlayRecord[]): Promise<Written>
  load(id: string): Promise<ImportState | null>
  save(state: ImportState): Promise<void>
  /** Runs detection over what was imported; answers how many findings it made. */
  judge(state: ImportState): Promise<number>
  close(): Promise<void>
}

const numberOf = (answer: unknown, name: string): number =>
  isRow(answer) && typeof answer[name] === 'number' ? answer[name] : 0

const writtenOf = (answer: unknown): Written => ({
  inserted: numberOf(answer, 'inserted'),
  updated: numberOf(answer, 'updated'),
  unchanged: numberOf(answer, 'unchanged'),
  expired: numberOf(answer, 'expired'),
  otherAccount: numberOf(answer, 'otherAccount'),
})

const isState = (answer: unknown): answer is ImportState => isRow(answer) && 'tally' in answer

const ASK_AGAIN_MS = 200
/** An import is to stay below 500 MB, of which Node and the geo files take half. */
const MEMORY_MB = 80

const runningTarget = (options: GlobalOptions): ImportTarget => {
  const load = async (id: string): Promise<ImportState | null> => {
    const answer = await callAdmin(options, { path: '/imports' })
    const items: unknown = isRow(answer) ? answer['items'] : null
    const states = Array.isArray(items) ? items.filter(isState) : []
    return states.find((state) => state.id === id) ?? null
  }
  return {
    load,
    write: async (plays) =>
      writtenOf(
        await callAdmin(options, { method: 'POST', path: '/history/plays', body: { plays } }),
      ),
    save: async (state) => {
      await callAdmin(options, { method: 'PUT', path: `/imports/${state.id}`, body: state })
    },
    judge: async ({ id }) => {
      await callAdmin(options, { method: 'POST', path: `/imports/${id}/judge` })
      for (;;) {
        const state = await load(id)
        if (state?.state === 'failed') throw new CliError(state.problem ?? 'detection failed')
        if (state?.state !== 'judging') return state?.findings ?? 0
        await pause(ASK_AGAIN_MS)
      }
    },
    close: () => Promise.resolve(),
  }
}

const judgeIn = async (store: Store, options: GlobalOptions, state: ImportState) => {
  const now = (): number => Date.now()
  const config = instanceConfig(options)
  await seedRules(store, now())
  const rules = createRuleCache(store)
  const people = peopleView(await readPeople(store))
  const feedback = createFeedbackCache(store.feedback, () => config?.home_networks ?? [], people)
  const { history, findings, assessments } = store
  const channels = createChannelCache(history.dashboard, now)
  await Promise.all([rules.reload(), feedback.reload(), channels.reload()])
  const zone = () => config?.store.time_zone ?? undefined
  const persons = readPersons(history, people)
  const assessor = createAssessor({
    history: persons,
    assessments,
    rules,
    feedback,
    channels,
    now,
    zone,
  })
  const { sources, from, to } = state
  if (from === null || to === null) return 0
  const ports = { history, findings, assessor, rules, feedback, channels, people, now }
  return (await judgePast(ports, { sources, from, to })).findings
}

/** Opens what an import writes to; the store is made where there is none. */
export const openTarget = async (options: GlobalOptions): Promise<ImportTarget> => {
  if (await isControlRunning(pathsOf(options).adminSocket)) return runningTarget(options)
  const store = await openInstanceStore(options, { create: true, memoryMb: MEMORY_MB })
  const cursors = createImportCursors(store.cursors)
  return {
    write: async (plays) => await store.history.upsertPlays(plays),
    load: async (id) => await cursors.get(id),
    save: async (state) => await cursors.put(state),
    judge: async (state) => await judgeIn(store, options, state),
    close: async () => await store.close(),
  }
}
