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

/** Parses a stored notice; `null` where it is not valid. */
export const readNotice = (body: Json): Notice | null => (isNotice(body) ? body : null)

/** A stored message in the form channels send. */
export const readMessage = ({ id, kind, createdAt, until, body }: StoredMessage): Message => ({
  id,
  kind,
  at: createdAt,
  until,
  notices: Array.isArray(body) ? body.filter((one: unknown): one is Notice => isNotice(one)) : [],
})

/** Parts of a message that were accepted already. */
export const readProgress = (progress: Json): string[] =>
  Array.isArray(progress) ? progress.map(String) : []
