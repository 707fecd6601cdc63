import type { Limits } from '#domain/limits/types'
import type { AccountRef } from '#domain/types'
import type { SessionStore } from '../sessions/model/session-store.ts'
import type { Json } from '../store/tables/records.ts'
import type { SettingStore } from '../store/tables/stores.ts'

/** A cap a rule has set for a time. */
export interface ImposedLimit {
  readonly streams: number
  readonly until: number
  /** The rule. */
  readonly by: string
}

/** Caps that rules have set, above what plans and groups allow. */
export interface ImposedLimits {
  impose(account: AccountRef, limit: ImposedLimit): Promise<void>
  lift(account: AccountRef): Promise<void>
  of(account: AccountRef): ImposedLimit | null
  list(): ReadonlyMap<AccountRef, ImposedLimit>
  /** Limits of an account, imposed caps included. */
  clamp(account: AccountRef, limits: Limits): Limits
  /** Reads what other control planes have set; the accounts whose cap has run out or was lifted since. */
  reload(): Promise<readonly AccountRef[]>
}

type Table = Map<AccountRef, ImposedLimit>

interface ImposedOptions {
  readonly settings: Pick<SettingStore, 'get'>
  /** Changes the setting in one transaction. */
  readonly atomically: (
    work: (settings: Pick<SettingStore, 'get' | 'set'>) => Promise<void>,
  ) => Promise<void>
  readonly now: () => number
}

const KEY = 'respond.limits'

const isLimit = (value: unknown): value is ImposedLimit =>
  typeof value === 'object' && value !== null && 'streams' in value && 'until' in value

const read = (value: Json): Table => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return new Map(entries.flatMap(([account, limit]) => (isLimit(limit) ? [[account, limit]] : [])))
}

const write = (table: Table): Json => {
  const json: Json = JSON.parse(JSON.stringify(Object.fromEntries(table)))
  return json
}

/** Keeps imposed caps in SQL, and in memory for those who open sessions. */
export const createImposedLimits = ({
  settings,
  atomically,
  now,
}: ImposedOptions): ImposedLimits => {
  let current: Table = new Map()
  const change = async (edit: (table: Table) => void): Promise<void> => {
    await atomically(async (store) => {
      const table = read(await store.get(KEY))
      edit(table)
      for (const [account, { until }] of table) if (until <= now()) table.delete(account)
      await store.set(KEY, write(table), now())
      current = table
    })
  }
  const of = (account: AccountRef): ImposedLimit | null => {
    const limit = current.get(account)
    return limit !== undefined && limit.until > now() ? limit : null
  }
  return {
    of,
    impose: async (account, limit) => await change((table) => table.set(account, limit)),
    lift: async (account) => await change((table) => table.delete(account)),
    list: () => current,
    clamp: (account, limits) => {
      const streams = of(account)?.streams
      if (streams === undefined) return limits
      const isTighter = limits.maxStreams === 0 || streams < limits.maxStreams
      return isTighter ? { ...limits, maxStreams: streams } : limits
    },
    reload: async () => {
      const before = current
      const stored = read(await settings.get(KEY))
      current = new Map([...stored].filter(([, { until }]) => until > now()))
      return [...before.keys()].filter((account) => !current.has(account))
    },
  }
}

/** A session store whose openings and limits respect the caps that rules imposed. */
export const withImposedLimits = (
  store: SessionStore,
  imposed: Pick<ImposedLimits, 'clamp'>,
): SessionStore => ({
  get isDegraded() {
    return store.isDegraded
  },
  open: async (request) => {
    const limits = imposed.clamp(request.account, request.limits)
    return await store.open(limits === request.limits ? request : { ...request, limits })
  },
  check: async (request) =>
    await store.check({ ...request, limits: imposed.clamp(request.account, request.limits) }),
  setLimits: async (account, limits) =>
    await store.setLimits(account, imposed.clamp(account, limits)),
  renew: async (request) => await store.renew(request),
  close: async (keys, reason) => await store.close(keys, reason),
  leave: async (key) => await store.leave(key),
  end: async (key, reason, refuseMs) => await store.end(key, reason, refuseMs),
  ofAccount: async (account) => await store.ofAccount(account),
})
