import { EVERYTHING } from '#domain/channels/protocol'
import type { Effects } from '#domain/limits/types'
import type { BanKind } from '#domain/reasons'
import type { Ban, BanStore } from '../model/ban-store.ts'
import { banUpdateOfEffects, createActiveBans, isCapBan } from './active-bans.ts'
import { type BanStream, type BanUpdate, banId, NO_BAN_UPDATE } from './ban-stream.ts'

/** Persistent storage of bans (SQL). */
export interface BanRepository {
  load(): Promise<readonly Ban[]>
  save(ban: Ban): Promise<void>
  remove(kind: BanKind, subject: string): Promise<void>
}

export interface BansOptions {
  readonly stream: BanStream | null
  readonly memory: BanRepository
  readonly now: () => number
  /** Ends the live sessions that a ban applies to, and returns them. */
  readonly endHit: (ban: Ban) => Promise<readonly string[]>
  /** Lifts refusals of an account's state. */
  readonly pardon: (kind: BanKind, subject: string) => Promise<void>
  /** Not written, since Redis is unreachable; written when it is back. */
  readonly onError: (error: unknown) => void
}

export interface Bans extends BanStore {
  /** What a step of the caps has banned, ended or moved. */
  note(effects: Effects): void
  /** Reads what other control planes have done, and writes what could not be written before. */
  follow(): Promise<void>
  /** Fills memory and Redis from each other and from the database. */
  hydrate(isRedisEmpty: boolean): Promise<void>
  purge(): Promise<void>
}

const UNSENT_LIMIT = 10_000

const isEmpty = (update: BanUpdate): boolean =>
  [update.set, update.clear, update.kill, update.drop, update.free].every(
    (list) => list.length === 0,
  )

/** Publishes changes to the other control planes; those that Redis does not accept wait. */
const createRelay = ({ stream, onError }: BansOptions) => {
  const unsent: BanUpdate[] = []
  return {
    async send(update: BanUpdate) {
      if (!stream) return
      try {
        await stream.publish(update)
      } catch (error) {
        if (unsent.length < UNSENT_LIMIT) unsent.push(update)
        onError(error)
      }
    },
    async sendAgain() {
      if (!stream) return
      for (let next = unsent[0]; next; next = unsent[0]) {
        await stream.publish(next)
        unsent.shift()
      }
    },
    async keep(bans: readonly Ban[]) {
      await stream?.keep(bans.filter((ban) => !isCapBan(ban))).catch(onError)
    },
    async drop(ids: readonly string[]) {
      await stream?.drop(ids).catch(onError)
    },
  }
}

const hydrator = (
  options: BansOptions,
  book: ReturnType<typeof createActiveBans>,
  relay: ReturnType<typeof createRelay>,
) => {
  const { stream, memory, now } = options
  return async (isRedisEmpty: boolean) => {
    const mine = book.list().filter((ban) => !isCapBan(ban))
    const stored = (await stream?.stored().catch(() => [])) ?? []
    const loaded = await memory.load()
    if (isRedisEmpty) stream?.rewind()
    const bans = [...stored, ...loaded].filter((ban) => ban.until > now())
    const fresh = bans.filter((ban) => !book.has(banId(ban)))
    if (fresh.length > 0) book.apply({ ...NO_BAN_UPDATE, set: fresh })
    await relay.keep([...mine, ...bans])
  }
}

/** Everything that is banned, in step with the other control planes, the edges and the database. */
export const createBans = (options: BansOptions): Bans => {
  const book = createActiveBans(options.now)
  const relay = createRelay(options)
  const killedBy = new Map<string, readonly string[]>()
  const announce = async (update: BanUpdate) => {
    if (isEmpty(update)) return
    book.apply(update)
    await relay.send(update)
  }
  return {
    ...book,
    async ban(ban) {
      await Promise.all([announce({ ...NO_BAN_UPDATE, set: [ban] }), relay.keep([ban])])
      const kill = await options.endHit(ban)
      killedBy.set(banId(ban), kill)
      await announce({ ...NO_BAN_UPDATE, kill })
      await options.memory.save(ban)
      return { kill }
    },
    async unban(kind, subject) {
      const id = banId({ kind, subject })
      const wasActive = book.has(id)
      const free = killedBy.get(id) ?? []
      killedBy.delete(id)
      await announce({ ...NO_BAN_UPDATE, clear: [{ kind, subject }], free })
      await relay.drop([id])
      await options.pardon(kind, subject)
      await options.memory.remove(kind, subject)
      return wasActive
    },
    async forgive() {
      await announce({ ...NO_BAN_UPDATE, free: [EVERYTHING] })
    },
    note(effects) {
      void announce(banUpdateOfEffects(effects))
    },
    async follow() {
      await relay.sendAgain()
      for (const update of (await options.stream?.read()) ?? []) book.apply(update)
    },
    hydrate: hydrator(options, book, relay),
    async purge() {
      const over = book.purge()
      for (const id of over) killedBy.delete(id)
      await relay.drop(over)
    },
  }
}
