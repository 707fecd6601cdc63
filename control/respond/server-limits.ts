import type { AccountRef } from '#domain/types'
import type { MediaHub } from '../sources/hub/hub.ts'
import { readServerAccount } from '../sources/model/origin.ts'
import { fieldsOf, numberOf } from '../sources/model/read-fields.ts'
import type { Json } from '../store/tables/records.ts'
import type { SettingStore } from '../store/tables/stores.ts'

/**
 * Limits of users that rules have set at media servers. When their time is over, what held before is given back, unless
 * somebody else changed the limit meanwhile.
 */
export interface ServerLimits {
  /** Sets a limit until a time (Unix ms); false where the server has none to set. Throws a `SourceError`. */
  impose(account: AccountRef, most: number, until: number): Promise<boolean>
  /** Gives back what held before to those whose time is over. A server that refuses keeps no other waiting; it is asked
   * again in the next round, and its error is thrown once all were asked. */
  restoreDue(): Promise<void>
}

interface LimitPorts {
  readonly media: Pick<MediaHub, 'limit'>
  /** Changes settings in one transaction. */
  readonly atomically: (
    work: (settings: Pick<SettingStore, 'get' | 'set'>) => Promise<void>,
  ) => Promise<void>
  readonly settings: Pick<SettingStore, 'get'>
  readonly now: () => number
}

interface Imposed {
  readonly before: number
  /** What was set; `null` where it is not known. */
  readonly most: number | null
  readonly until: number
}

const KEY = 'respond.server_limits'

const read = (value: Json): Map<AccountRef, Imposed> =>
  new Map(
    Object.entries(fieldsOf(value)).flatMap(([account, entry]) => {
      const before = numberOf(fieldsOf(entry)['before'])
      const until = numberOf(fieldsOf(entry)['until'])
      const most = numberOf(fieldsOf(entry)['most'])
      return before === null || until === null ? [] : [[account, { before, most, until }]]
    }),
  )

const write = (table: ReadonlyMap<AccountRef, Imposed>): Json =>
  Object.fromEntries([...table].map(([account, imposed]) => [account, { ...imposed }]))

/** Whether an account is a user of a media server. */
export const isServerAccount = (account: AccountRef): boolean => readServerAccount(account) !== null

/** Keeps what held before in SQL, so that a restart does not forget to give it back. */
export const createServerLimits = ({
  media,
  atomically,
  settings,
  now,
}: LimitPorts): ServerLimits => {
  const change = async (edit: (table: Map<AccountRef, Imposed>) => void): Promise<void> => {
    await atomically(async (store) => {
      const table = read(await store.get(KEY))
      edit(table)
      await store.set(KEY, write(table), now())
    })
  }
  const restore = async (account: AccountRef, { before, most }: Imposed): Promise<void> => {
    const found = await media.limit(account, before)
    if (found !== null && most !== null && found !== most) await media.limit(account, found)
    await change((table) => table.delete(account))
  }
  return {
    impose: async (account, most, until) => {
      const before = await media.limit(account, most)
      if (before === null) return false
      await change((table) => {
        // Set again, what held at first is what is given back.
        table.set(account, { before: table.get(account)?.before ?? before, most, until })
      })
      return true
    },
    restoreDue: async () => {
      const due = [...read(await settings.get(KEY))].filter(([, { until }]) => until <= now())
      const failures: unknown[] = []
      for (const [account, imposed] of due)
        await restore(account, imposed).catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}
