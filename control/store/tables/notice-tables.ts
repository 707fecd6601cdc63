import type { Sql } from '../sql/sql.ts'
import { defineTable } from '../sql/table.ts'
import { type Collection, createCollection } from './collection.ts'
import type {
  StoredDelivery,
  StoredDestination,
  StoredMessage,
  StoredNotice,
} from './notice-records.ts'

/** The tables of notices; field order is column order. */
export const NOTICE_TABLES = {
  destinations: defineTable<StoredDestination>({
    name: 'destinations',
    key: 'name',
    fixed: ['createdAt'],
    fields: { name: 'text', kind: 'text', settings: 'json', createdAt: 'int', updatedAt: 'int' },
  }),
  notices: defineTable<StoredNotice>({
    name: 'notices',
    key: 'id',
    fields: {
      id: 'text',
      event: 'text',
      severity: 'text',
      subject: 'text',
      at: 'int',
      readyAt: 'int',
      state: 'text',
      body: 'json',
    },
  }),
  deliveries: defineTable<StoredDelivery>({
    name: 'deliveries',
    key: 'id',
    fields: {
      id: 'text',
      notice: 'text',
      destination: 'text',
      subject: 'text',
      dedupKey: 'text',
      severity: 'text',
      createdAt: 'int',
      dueAt: 'int',
      state: 'text',
      message: 'text?',
    },
  }),
  messages: defineTable<StoredMessage>({
    name: 'messages',
    key: 'id',
    fields: {
      id: 'text',
      destination: 'text',
      kind: 'text',
      severity: 'text',
      createdAt: 'int',
      until: 'int?',
      body: 'json',
      state: 'text',
      attempts: 'int',
      nextAt: 'int',
      claimedBy: 'text?',
      claimedUntil: 'int',
      progress: 'json',
      status: 'int?',
      error: 'text?',
      sentAt: 'int?',
    },
  }),
} as const

/** Notices: events that destinations are notified of. */
export interface NoticeStore extends Collection<StoredNotice> {
  /** Sets the body of a notice that was held back and releases it; false when it was released before. */
  release(id: string, body: StoredNotice['body'], readyAt: number): Promise<boolean>
  /** Marks a notice; false when another control plane was faster. */
  settle(id: string, state: 'routed' | 'dropped'): Promise<boolean>
  /** Deletes what was settled before a time. */
  prune(before: number): Promise<void>
}

/** Notices on their way. */
export interface DeliveryStore extends Collection<StoredDelivery> {
  /** Puts a delivery into a message or away; false when it is not pending any more. */
  settle(id: string, state: 'packed' | 'dropped', message: string | null): Promise<boolean>
  prune(before: number): Promise<void>
}

/** Messages as they are tried. */
export interface MessageStore extends Collection<StoredMessage> {
  /** Claims a message for one sender until a time; false when another holds it, or it is done. */
  claim(
    id: string,
    by: string,
    times: { readonly now: number; readonly until: number },
  ): Promise<boolean>
  /** Clears the claims of senders, where no other control plane can hold one. */
  releaseAll(): Promise<void>
  change(id: string, changes: Partial<StoredMessage>): Promise<boolean>
  /** Takes a dead letter up again; false when there is none. */
  retry(id: string, now: number): Promise<boolean>
  /** Deletes what was sent or died before a time. */
  prune(before: number): Promise<void>
}

/** Collections of notices. */
export interface NoticeTables {
  readonly destinations: Collection<StoredDestination>
  readonly notices: NoticeStore
  readonly deliveries: DeliveryStore
  readonly messages: MessageStore
}

const pruning =
  (sql: Sql, text: string) =>
  async (before: number): Promise<void> => {
    await sql.write(async (tx) => void (await tx.query(text, [Math.trunc(before)])))
  }

/** The collections of notices over a database or a transaction. */
export const createNoticeTables = (sql: Sql): NoticeTables => {
  const notices = createCollection(sql, NOTICE_TABLES.notices)
  const deliveries = createCollection(sql, NOTICE_TABLES.deliveries)
  const messages = createCollection(sql, NOTICE_TABLES.messages)
  return {
    destinations: createCollection(sql, NOTICE_TABLES.destinations),
    notices: {
      ...notices,
      release: (id, body, readyAt) => notices.change(id, { body, readyAt }, "state = 'new'"),
      settle: (id, state) => notices.change(id, { state }, "state = 'new'"),
      prune: pruning(sql, `delete from notices where state <> 'new' and ready_at < $1`),
    },
    deliveries: {
      ...deliveries,
      settle: (id, state, message) =>
        deliveries.change(id, { state, message }, "state = 'pending'"),
      prune: pruning(sql, `delete from deliveries where state <> 'pending' and created_at < $1`),
    },
    messages: {
      ...messages,
      claim: (id, by, { now, until }) =>
        messages.change(
          id,
          { claimedBy: by, claimedUntil: Math.trunc(until) },
          `state = 'waiting' and claimed_until <= ${Math.trunc(now)}`,
        ),
      releaseAll: async () => {
        const text = `update messages set claimed_until = 0 where state = 'waiting' and claimed_until > 0`
        await sql.write(async (tx) => void (await tx.query(text)))
      },
      change: (id, changes) => messages.change(id, changes),
      retry: (id, now) =>
        messages.change(
          id,
          { state: 'waiting', attempts: 0, nextAt: Math.trunc(now), claimedUntil: 0 },
          "state = 'dead'",
        ),
      prune: pruning(sql, `delete from messages where state <> 'waiting' and created_at < $1`),
    },
  }
}
