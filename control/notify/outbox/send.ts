import type { StoredMessage } from '../../store/tables/notice-records.ts'
import type { NoticeTables } from '../../store/tables/notice-tables.ts'
import type { OpenDestination } from '../model/book.ts'
import { DeliveryError } from '../model/delivery-error.ts'
import type { NoticeLog, Progress } from '../model/notifier.ts'
import { backOffMs, GIVE_UP_MS, quietUntil } from './pace.ts'
import { isLetThrough } from './pack.ts'
import { readMessage, readProgress } from './stored.ts'

/** Ports of sending. */
export interface SendParts {
  readonly messages: NoticeTables['messages']
  /** Id of this process. */
  readonly me: string
  readonly log: NoticeLog
  readonly now: () => number
}

/** Whether more can be sent to the destination now; a number is the moment (Unix ms) until which the service asks for none. */
export type SendResult = 'go on' | 'wait' | number

/** Milliseconds for which a process claims a message; renewed with every part. */
const CLAIM_MS = 120_000

const severityOf = ({ severity }: StoredMessage) =>
  severity === 'high' || severity === 'warning' ? severity : 'low'

const progressOf = ({ messages, now }: SendParts, row: StoredMessage): Progress => {
  const parts = new Set(readProgress(row.progress))
  return {
    isDone: (part) => parts.has(part),
    done: async (part) => {
      parts.add(part)
      const claimedUntil = Math.trunc(now()) + CLAIM_MS
      await messages.change(row.id, { progress: [...parts], claimedUntil })
    },
  }
}

/** Whether a message is given up after a refusal. */
const isOver = (
  row: StoredMessage,
  told: DeliveryError | null,
  { nextAt, attempts }: { readonly nextAt: number; readonly attempts: number },
): boolean => told?.isPassing === false || (nextAt > row.createdAt + GIVE_UP_MS && attempts > 1)

const failed = async (
  { messages, log, now }: SendParts,
  row: StoredMessage,
  error: unknown,
): Promise<SendResult> => {
  const at = Math.trunc(now())
  const told = error instanceof DeliveryError ? error : null
  // Other errors are defects of Gatehouse: the message is tried again, and the error is logged.
  const message = told?.message ?? (error instanceof Error ? error.message : String(error))
  const attempts = row.attempts + 1
  const askedMs = told?.retryAfterMs ?? null
  const nextAt = Math.trunc(at + Math.max(backOffMs(attempts), askedMs ?? 0))
  const isDead = isOver(row, told, { nextAt, attempts })
  await messages.change(row.id, {
    attempts,
    state: isDead ? 'dead' : 'waiting',
    nextAt,
    claimedUntil: 0,
    status: told?.status ?? null,
    error: message,
  })
  const fields = { destination: row.destination, message: row.id, attempts, error: message }
  log.warn(fields, isDead ? 'a notice could not be delivered' : 'a notice is tried again')
  return isDead || askedMs === null ? 'wait' : at + askedMs
}

/** Claims and sends one message, and stores the result. */
export const sendMessage = async (
  parts: SendParts,
  { destination, notifier }: OpenDestination,
  row: StoredMessage,
): Promise<SendResult> => {
  const { messages, me, now } = parts
  const at = Math.trunc(now())
  if (notifier === null) return 'wait'
  if (quietUntil(at, destination) !== null && !isLetThrough(destination, severityOf(row)))
    return 'wait'
  if (!(await messages.claim(row.id, me, { now: at, until: at + CLAIM_MS }))) return 'go on'
  // Parts may have been accepted since the row was read.
  const fresh = (await messages.get(row.id)) ?? row
  try {
    await notifier.send(readMessage(fresh), progressOf(parts, fresh))
  } catch (error) {
    return await failed(parts, fresh, error)
  }
  const sent = { state: 'sent', sentAt: Math.trunc(now()), claimedUntil: 0 } as const
  await messages.change(row.id, { ...sent, error: null, status: null })
  return 'go on'
}
