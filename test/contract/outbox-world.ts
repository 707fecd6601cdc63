import { join } from 'node:path'
import { readDestination } from '../../control/config/checks/destination-checks.ts'
import type { DestinationConfig } from '../../control/config/schema/destinations.ts'
import { createSecretBox } from '../../control/keys/secret-box.ts'
import { createDestinations } from '../../control/notify/destinations/book.ts'
import type { FindingNotice } from '../../control/notify/model/notice.ts'
import { createAnnouncer } from '../../control/notify/outbox/announcer.ts'
import { createOutbox } from '../../control/notify/outbox/outbox.ts'
import type { Store } from '../../control/store/store.ts'
import { tempDir } from '../support/cleanup.ts'
import { type FakeService, startFakeService } from '../support/notify/fake-service.ts'

/** A store with an outbox whose clock stands still, and a web hook that takes everything. */
export interface OutboxWorld {
  readonly store: Store
  readonly hook: FakeService
  readonly announcer: ReturnType<typeof createAnnouncer>
  readonly warnings: object[]
  now: number
  /** Replaces the destinations; each is a web hook unless it says otherwise. */
  configure(...destinations: Readonly<Record<string, unknown>>[]): Promise<void>
  /** Rounds until nothing is to be done at this time. */
  run(): Promise<void>
  /** Lets time pass, then runs. */
  pass(ms: number): Promise<void>
  tell(...notices: FindingNotice[]): Promise<void>
  /** Messages the hook took: the path's last part, kind, and the accounts told of. */
  told(): { to: string; kind: string; accounts: string[] }[]
  stop(): Promise<void>
}

/** Monday, 12:00 in Berlin. */
export const NOON = Date.parse('2026-11-23T11:00:00Z')

/** A destination filled with defaults; throws what is wrong with it. */
export const destinationOf = (raw: Readonly<Record<string, unknown>>): DestinationConfig => {
  const read = readDestination(raw)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return read.destination
}

export const startOutboxWorld = async (store: Store): Promise<OutboxWorld> => {
  const folder = await tempDir()
  const hook = await startFakeService(() => ({ status: 202 }))
  const warnings: object[] = []
  let config: readonly DestinationConfig[] = []
  const log = { info: () => null, warn: (fields: object) => void warnings.push(fields) }
  const world = { now: NOON }
  const now = () => world.now
  const box = createSecretBox(join(folder.path, 'secrets.key'))
  const book = createDestinations({ config: () => config, store, box, log, now })
  const outbox = createOutbox({ store, book, log, now })
  const announcer = createAnnouncer({ notices: store.notices, now, wake: () => outbox.wake() })
  const run = async () => {
    for (let round = 0; round < 3; round += 1) {
      outbox.wake()
      await outbox.round()
      await outbox.settled()
    }
  }
  return Object.assign(world, {
    store,
    hook,
    announcer,
    warnings,
    run,
    configure: async (...destinations: Readonly<Record<string, unknown>>[]) => {
      config = destinations.map((one) =>
        destinationOf({
          kind: 'webhook',
          group_seconds: 0,
          ...(one['kind'] === undefined ? { url: `${hook.url}/${String(one['name'])}` } : {}),
          ...one,
        }),
      )
      await book.reload()
    },
    pass: async (ms: number) => {
      world.now += ms
      await run()
    },
    tell: async (...notices: FindingNotice[]) => {
      for (const one of notices) await announcer.notify(one)
    },
    told: () =>
      hook.taken.map(({ path, json }) => ({
        to: path.slice(1),
        kind: String(json['kind']),
        accounts: (json['notices'] as { subject: string }[]).map(({ subject }) => subject),
      })),
    stop: async () => {
      await outbox.stop()
      await book.close()
      await hook.stop()
      await folder.remove()
    },
  })
}
