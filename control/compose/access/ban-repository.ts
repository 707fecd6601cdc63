import { BAN_REASONS, isReasonId } from '#domain/reasons'
import { readDeviceSubject } from '#domain/viewer/lease'
import type { BanRepository } from '../../sessions/bans/bans.ts'
import type { Ban } from '../../sessions/model/ban-store.ts'
import type { Ban as StoredBan } from '../../store/tables/records.ts'
import type { BanStore } from '../../store/tables/stores.ts'

const idOf = ({ kind, subject }: Pick<Ban, 'kind' | 'subject'>): string => `${kind}:${subject}`

const ACCOUNT_OF: Partial<Record<Ban['kind'], (subject: string) => string>> = {
  account: (subject) => subject,
  device: (subject) => readDeviceSubject(subject).account,
}

const stored = (ban: Ban, now: number): StoredBan => ({
  id: idOf(ban),
  kind: ban.kind,
  subject: ban.subject,
  account: ACCOUNT_OF[ban.kind]?.(ban.subject) ?? null,
  reason: ban.reason,
  evidence: ban.note === undefined ? null : { note: ban.note },
  createdAt: now,
  until: ban.until,
  by: ban.by,
  liftedAt: null,
  liftedBy: null,
})

const noteOf = (evidence: StoredBan['evidence']): { note?: string } => {
  if (typeof evidence !== 'object' || evidence === null || Array.isArray(evidence)) return {}
  const { note } = Object.fromEntries(Object.entries(evidence))
  return typeof note === 'string' ? { note } : {}
}

const active = ({ kind, subject, until, reason, by, evidence }: StoredBan): Ban => ({
  kind,
  subject,
  until: until ?? Number.MAX_SAFE_INTEGER,
  reason: isReasonId(reason) ? reason : BAN_REASONS[kind],
  by,
  ...noteOf(evidence),
})

/** Bans in SQL, from where they come back when Redis has lost them. */
export const createBanRepository = (store: BanStore, now: () => number): BanRepository => ({
  load: async () => (await store.active(now())).map(active),
  save: async (ban) => await store.put(stored(ban, now())),
  remove: async (kind, subject) => {
    await store.lift(idOf({ kind, subject }), 'gatehouse', now())
  },
})
