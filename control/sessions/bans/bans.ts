import { EVERYTHING } from '#domain/channels/protocol'
import type { Effects } from '#domain/limits/types'
import type { BanKind } from '#domain/reasons'
import type { Ban, BanStore } from '../model/ban-store.ts'
import { createBanBook, isOfCaps, newsOfEffects } from './ban-book.ts'
import { type BanNews, type BanStream, banId, NO_NEWS } from './ban-stream.ts'

/** Where bans outlive Redis. */
export interface BanMemory {
  load(): Promise<readonly Ban[]>
  save(ban: Ban): Promise<void>
  remove(kind: BanKind, subject: string): Promise<void>
}

export interface BansOptions {
  readonly stream: BanStream | null
  readonly memory: BanMemory
  readonly now: () => number
  /** Ends the live sessions a ban hits and says which they were. */
  readonly endHit: (ban: Ban) => Promise<readonly string[]>
  /** Takes back what an account's state refuses. */
  readonly pardon: (kind: BanKind, subject: string) => Promise<void>
  /** Redis could not be told; it is told again when it is back. */
  readonly onError: (error: unknown) => void
}

export interface Bans extends BanStore {
  /** What a step of the caps has banned, ended or moved. */
  note(effects: Effects): void
  /** Hears what other control planes have done, and tells what could not be told before. */
  follow(): Promise<void>
  /** Fills memory and Redis from each other and from the database. */
  hydrate(isRedisEmpty: boolean): Promise<void>
  purge(): Promise<void>
}

const UNSENT_LIMIT = 10_000

const isEmpty = (news: BanNews): boolean =>
  [news.set, news.clear, news.kill, news.drop, news.free].every((list) => list.length === 0)

/** Tells the other control planes; what Redis does not take waits. */
const createRelay = ({ stream, onError }: BansOptions) => {
  const unsent: BanNews[] = []
  return {
    async send(news: BanNews) {
      if (!stream) return
      try {
        await stream.publish(news)
      } catch (error) {
        if (unsent.length < UNSENT_LIMIT) unsent.push(news)
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
      await stream?.keep(bans.filter((ban) => !isOfCaps(ban))).catch(onError)
    },
    async drop(ids: readonly string[]) {
      await stream?.drop(ids).catch(onError)
    },
  }
}

const hydrator = (
  options: BansOptions,
  book: ReturnType<typeof createBanBook>,
  relay: ReturnType<typeof createRelay>,
) => {
  const { stream, memory, now } = options
  return async (isRedisEmpty: boolean) => {
    const mine = book.list().filter((ban) => !isOfCaps(ban))
    const stored = (await stream?.stored().catch(() => [])) ?? []
    const loaded = await memory.load()
    if (isRedisEmpty) stream?.rewind()
    const bans = [...stored, ...loaded].filter((ban) => ban.until > now())
    const fresh = bans.filter((ban) => !book.has(banId(ban)))
    if (fresh.length > 0) book.take({ ...NO_NEWS, set: fresh })
    await relay.keep([...mine, ...bans])
  }
}

/** Everything that is banned, in step with the other control planes, the edges and the database. */
export const createBans = (options: BansOptions): Bans => {
  const book = createBanBook(options.now)
  const relay = createRelay(options)
  const killedBy = new Map<string, readonly string[]>()
  const tell = async (news: BanNews) => {
    if (isEmpty(news)) return
    book.take(news)
    await relay.send(news)
  }
  return {
    ...book,
    async ban(ban) {
      await Promise.all([tell({ ...NO_NEWS, set: [ban] }), relay.keep([ban])])
      const kill = await options.endHit(ban)
      killedBy.set(banId(ban), kill)
      await tell({ ...NO_NEWS, kill })
      await options.memory.save(ban)
      return { kill }
    },
    async unban(kind, subject) {
      const id = banId({ kind, subject })
      const wasActive = book.has(id)
      const free = killedBy.get(id) ?? []
      killedBy.delete(id)
      await tell({ ...NO_NEWS, clear: [{ kind, subject }], free })
      await relay.drop([id])
      await options.pardon(kind, subject)
      await options.memory.remove(kind, subject)
      return wasActive
    },
    async forgive() {
      await tell({ ...NO_NEWS, free: [EVERYTHING] })
    },
    note(effects) {
      void tell(newsOfEffects(effects))
    },
    async follow() {
      await relay.sendAgain()
      for (const news of (await options.stream?.read()) ?? []) book.take(news)
    },
    hydrate: hydrator(options, book, relay),
    async purge() {
      const over = book.purge()
      for (const id of over) killedBy.delete(id)
      await relay.drop(over)
    },
  }
}
