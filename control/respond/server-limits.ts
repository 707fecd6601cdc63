import type { AccountRef } from '#domain/types'
import type { MediaHub } from '../sources/hub/hub.ts'
import { readServerAccount } from '../sources/model/origin.ts'
import { fieldsOf, numberOf } from '../sources/model/read-fields.ts'
import type { Json } from '../store/tables/records.ts'
import type { SettingStore } from '../store/tables/stores.ts'

/** Limits of users that rules have set at media servers, given back when their time is over. */
export interface ServerLimits {
  /** Sets a limit until a time (Unix ms); false where the server has none to set. Throws a `SourceError`. */
  impose(account: AccountRef, most: number, until: number): Promise<boolean>
  /** Gives back what held before to those whose time is over; what a server refuses is tried in the next round. */
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
  readonly until: number
}

const KEY = 'respond.server_limits'

const read = (value: Json): Map<AccountRef, Imposed> =>
  new Map(
    Object.entries(fieldsOf(value)).flatMap(([account, entry]) => {
      const before = numberOf(fieldsOf(entry)['before'])
      const until = numberOf(fieldsOf(entry)['until'])
      return before === null || until === null ? [] : [[account, { before, until }]]
    }),
  )

const write = (table: ReadonlyMap<AccountRef, Imposed>): Json =>
  Object.fromEntries([...table].map(([account, { before, until }]) => [account, { before, until }]))

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
  return {
    impose: async (account, most, until) => {
      const before = await media.limit(account, most)
      if (before === null) return false
      await change((table) => {
        // Set again, what held at first is what is given back.
        table.set(account, { before: table.get(account)?.before ?? before, until })
      })
      return true
    },
    restoreDue: async () => {
      const due = [...read(await settings.get(KEY))].filter(([, { until }]) => until <= now())
      for (const [account, { before }] of due) {
        await media.limit(account, before)
        await change((table) => table.delete(account))
      }
    },
  }
}
