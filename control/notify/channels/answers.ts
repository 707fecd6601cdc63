import { say } from '../../sentences/sentences.ts'
import { DeliveryError } from '../model/delivery-error.ts'
import type { Answer } from './post.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field of an answer in JSON, by its path. */
export const fieldOf = (json: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), json)

/** JSON fields with a service's error message, the most specific first: Telegram, Gotify, ntfy and Discord, others. */
const SAID = ['description', 'errorDescription', 'message', 'error', 'detail', 'title']
const LONGEST = 300

/** Texts below Discord's `errors`, with their places. */
const nested = (value: unknown, path: readonly string[]): string[] => {
  if (!isRecord(value)) return []
  const { message } = value
  if (typeof message === 'string') return [say('about', { name: path.join('.'), what: message })]
  return Object.entries(value).flatMap(([name, child]) =>
    Array.isArray(child)
      ? child.flatMap((one: unknown) => nested(one, path))
      : nested(child, [...path, name]),
  )
}

const wordsOf = ({ json, text }: Answer): string => {
  const said = SAID.map((name) => fieldOf(json, name)).find((it) => typeof it === 'string')
  const details = nested(fieldOf(json, 'errors'), [])
  const plain = isRecord(json) ? '' : text.replace(/<[^>]*>/g, ' ')
  const all = [typeof said === 'string' ? said : plain, ...details].join('; ')
  return all.replace(/\s+/g, ' ').trim().slice(0, LONGEST)
}

const SECOND_MS = 1000
/** Longest accepted `Retry-After`. */
const LONGEST_WAIT_MS = 24 * 3_600_000

const secondsOf = (value: unknown): number | null => {
  const number = typeof value === 'number' ? value : Number(value ?? Number.NaN)
  return Number.isFinite(number) && number >= 0 ? number * SECOND_MS : null
}

/** How long an answer asks to wait, in ms: Retry-After (RFC 9110, seconds or a date), Discord's and Telegram's fields. */
export const retryAfterMs = ({ headers, json }: Answer, now = Date.now()): number | null => {
  const header = headers['retry-after']
  const text = Array.isArray(header) ? header[0] : header
  const date = text === undefined ? Number.NaN : Date.parse(text)
  const waits = [
    secondsOf(fieldOf(json, 'retry_after')),
    secondsOf(fieldOf(json, 'parameters', 'retry_after')),
    text === undefined || text === '' ? null : secondsOf(text),
    Number.isNaN(date) || secondsOf(text) !== null ? null : Math.max(0, date - now),
  ].filter((ms) => ms !== null)
  return waits.length === 0 ? null : Math.min(LONGEST_WAIT_MS, Math.max(...waits))
}

/** Whether a status is temporary: 408, 429 and 5xx. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500

/**
 * Throws a {@link DeliveryError} for an answer without success, with the service's message, and whether and when to
 * try again. `isOurs` says whether a success is the service's own, not that of another server at the address.
 */
export const requireTaken = (
  service: string,
  answer: Answer,
  isOurs: (answer: Answer) => boolean,
): void => {
  const { status } = answer
  const isGood = status >= 200 && status < 300
  if (isGood && isOurs(answer)) return
  if (isGood) {
    const message = say('delivery.foreign', { status, service })
    throw new DeliveryError(message, { isPassing: false, status })
  }
  const words = wordsOf(answer)
  const said =
    words === ''
      ? say('delivery.status', { service, status })
      : say('delivery.answered', { service, status, what: words })
  throw new DeliveryError(said, {
    isPassing: isPassing(status),
    retryAfterMs: retryAfterMs(answer),
    status,
  })
}
