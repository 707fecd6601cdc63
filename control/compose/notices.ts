import type { Logger } from 'pino'
import type { StatePaths } from '../config/paths.ts'
import { createSecretBox } from '../keys/secret-box.ts'
import { createDestinations, type Destinations } from '../notify/destinations/book.ts'
import { plainDestination } from '../notify/model/defaults.ts'
import type { FindingNotice } from '../notify/model/notice.ts'
import { type Announcer, createAnnouncer } from '../notify/outbox/announcer.ts'
import { createOutbox, type Outbox } from '../notify/outbox/outbox.ts'
import { createNotifier } from '../notify/registry.ts'
import { say } from '../sentences/sentences.ts'
import type { Store } from '../store/store.ts'
import type { LiveConfig } from './base/live-config.ts'

/** Notifications: destinations, announcer and outbox. */
export interface Notices {
  readonly destinations: Destinations
  readonly announcer: Announcer
  readonly outbox: Outbox
  /** Sends the notice of a finding to the log and to the configured destinations. */
  tell(notice: FindingNotice): Promise<void>
  stop(): Promise<void>
}

/** Ports of notifications. */
export interface NoticeParts {
  readonly live: Pick<LiveConfig, 'config' | 'onReloaded'>
  readonly persistence: { readonly store: Store }
  readonly paths: Pick<StatePaths, 'secretsKey'>
  readonly log: Logger
  readonly now: () => number
}

/** Opens the destinations and the outbox; nothing is sent before its first round. */
export const createNotices = async (parts: NoticeParts): Promise<Notices> => {
  const { live, persistence, paths, log, now } = parts
  const { store } = persistence
  const destinations = createDestinations({
    config: () => live.config().destinations,
    store,
    box: createSecretBox(paths.secretsKey),
    log,
    now,
  })
  await destinations.reload()
  for (const { destination, problem } of destinations.all())
    if (problem !== null) log.warn(`destination ${destination.name}: ${problem}`)
  live.onReloaded(() => {
    destinations.reload().catch((error: unknown) => log.warn({ err: error }, 'destinations'))
  })
  const outbox = createOutbox({ store, book: destinations, log, now })
  const announcer = createAnnouncer({ notices: store.notices, now, wake: () => outbox.wake() })
  // The log gets every notice.
  const written = createNotifier(plainDestination('log', 'log'), { log })
  const everything = { isDone: () => false, done: () => Promise.resolve() }
  return {
    destinations,
    announcer,
    outbox,
    tell: async (notice) => {
      const message = { id: notice.id, kind: 'notices', at: now(), until: null } as const
      await written.send({ ...message, notices: [notice] }, everything)
      await announcer.notify(notice)
    },
    stop: async () => {
      await outbox.stop()
      await destinations.close()
    },
  }
}

const TRIES = 3
const SHOWN = 10

/** Destinations that cannot work or do not answer, in words; empty when all is well. */
export const troubleOf = async (
  { destinations }: Notices,
  store: Pick<Store, 'messages'>,
): Promise<string> => {
  const where = { state: 'waiting', attempts: { from: TRIES } } as const
  const { rows } = await store.messages.list({ where, limit: SHOWN })
  const failing = new Map(
    rows.map(({ destination, error }) => [destination, error ?? say('delivery.waits')]),
  )
  for (const { destination, problem } of destinations.all())
    if (problem !== null) failing.set(destination.name, problem)
  return [...failing].map(([name, why]) => say('about', { name: name, what: why })).join('; ')
}
