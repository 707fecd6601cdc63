import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Json } from '../../../store/tables/records.ts'
import type { AuditStore } from '../../../store/tables/stores.ts'

/** Records actor and change; called after each change. */
export type AuditTrail = (
  request: Pick<FastifyRequest, 'actor'>,
  action: string,
  change: { readonly subject: string; readonly before?: unknown; readonly after?: unknown },
) => Promise<void>

const SECRET_FIELDS = new Set(['hash', 'secret', 'password', 'token', 'key', 'keyHash'])

/** JSON without secrets. */
const clean = (value: unknown): Json => {
  const text = JSON.stringify(value ?? null, (key, field: unknown) =>
    SECRET_FIELDS.has(key) ? undefined : field,
  )
  const parsed: Json = JSON.parse(text)
  return parsed
}

/** An audit trail in SQL; secrets in `before` and `after` are removed. */
export const createAuditTrail =
  (store: AuditStore, clock: () => number): AuditTrail =>
  async ({ actor }, action, { subject, before, after }) => {
    const entry = { id: randomUUID(), at: clock(), actor: actor.name, action, subject }
    await store.put({ ...entry, before: clean(before), after: clean(after) })
  }
