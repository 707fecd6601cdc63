import type { StoredMessage } from '../../store/tables/notice-records.ts'
import type { Json } from '../../store/tables/records.ts'
import type { Notice } from '../model/notice.ts'
import type { Message } from '../model/notifier.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNotice = (value: unknown): value is Notice => {
  if (!isRecord(value) || typeof value['id'] !== 'string') return false
  return value['about'] === 'alarm'
    ? typeof value['event'] === 'string'
    : value['about'] === 'finding' && isRecord(value['finding']) && isRecord(value['step'])
}

/** A notice as it was stored; `null` for what is none. */
export const readNotice = (body: Json): Notice | null => (isNotice(body) ? body : null)

/** A message as its channel sends it. */
export const readMessage = ({ id, kind, createdAt, until, body }: StoredMessage): Message => ({
  id,
  kind,
  at: createdAt,
  until,
  notices: Array.isArray(body) ? body.filter((one: unknown): one is Notice => isNotice(one)) : [],
})

/** Parts of a message that were taken before. */
export const readProgress = (progress: Json): string[] =>
  Array.isArray(progress) ? progress.map(String) : []
