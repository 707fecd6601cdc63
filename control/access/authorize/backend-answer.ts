import type { AnswerClass } from './decision.ts'

/** What a backend's headers grant: `X-UserId`, `X-Max-Sessions`, `X-Unique`, `X-AuthDuration`, `Location`. */
export interface Grant {
  readonly userId: string | null
  readonly maxSessions: number | null
  readonly unique: boolean
  /** `null`: the backend sent none, and the configured duration applies. */
  readonly authDurationSec: number | null
  readonly location: string | null
}

/** A backend's answer, classified. */
export interface BackendAnswer extends Grant {
  readonly class: AnswerClass
  readonly status: number | null
  /** Why the answer counts as none, or a header is ignored; `null` otherwise. */
  readonly detail: string | null
}

export type BackendAnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

const MAX_USER_ID_BYTES = 256
const MAX_LOCATION_BYTES = 2048
const MAX_SESSIONS = 1_000_000
const MAX_AUTH_DURATION_SEC = 31_536_000

const NO_GRANT: Grant = {
  userId: null,
  maxSessions: null,
  unique: false,
  authDurationSec: null,
  location: null,
}

/** Stands for a backend that gave no usable answer; it counts as down. */
export const downAnswer = (detail: string, status: number | null = null): BackendAnswer => ({
  ...NO_GRANT,
  class: 'down',
  status,
  detail,
})

/** Header bytes arrive as Latin-1; `null` = they are not UTF-8. */
const decodeUtf8 = (raw: string): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(raw, 'latin1'))
  } catch {
    return null
  }
}

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

const ok = <T>(value: T): Read<T> => ({ ok: true, value })

const single = (headers: BackendAnswerHeaders, name: string): Read<string | null> => {
  const all = [...new Set([headers[name] ?? []].flat())]
  const [raw] = all
  if (raw === undefined) return ok(null)
  if (all.length > 1) return { ok: false, why: `${name} is sent twice` }
  const value = decodeUtf8(raw)?.trim()
  if (value === undefined) return { ok: false, why: `${name} is not UTF-8` }
  if (/\p{Cc}/u.test(value)) return { ok: false, why: `${name} has control characters` }
  return ok(value === '' ? null : value)
}

const userId = (headers: BackendAnswerHeaders): Read<string | null> => {
  const read = single(headers, 'x-userid')
  if (!read.ok || read.value === null) return read
  if (Buffer.byteLength(read.value) > MAX_USER_ID_BYTES)
    return { ok: false, why: `x-userid is longer than ${MAX_USER_ID_BYTES} bytes` }
  return read
}

const wholeNumber = (
  headers: BackendAnswerHeaders,
  name: string,
  max: number,
): Read<number | null> => {
  const read = single(headers, name)
  if (!read.ok) return read
  if (read.value === null) return ok(null)
  if (!/^\d+$/.test(read.value)) return { ok: false, why: `${name} is not a whole number` }
  return ok(Math.min(max, Number(read.value)))
}

/**
 * Seconds of `X-AuthDuration`; an unreadable value does not void the permission, the configured
 * duration applies.
 */
const seconds = (headers: BackendAnswerHeaders, name: string): number | null => {
  const read = single(headers, name)
  if (!read.ok || read.value === null || !/^\d+(\.\d+)?$/.test(read.value)) return null
  return Math.min(MAX_AUTH_DURATION_SEC, Math.floor(Number(read.value)))
}

const flag = (headers: BackendAnswerHeaders, name: string): Read<boolean> => {
  const read = single(headers, name)
  if (!read.ok) return read
  return ok(read.value !== null && /^(true|1|yes|on)$/i.test(read.value))
}

const location = (headers: BackendAnswerHeaders): Read<string> => {
  const read = single(headers, 'location')
  if (!read.ok) return read
  const value = read.value ?? ''
  if (Buffer.byteLength(value) > MAX_LOCATION_BYTES)
    return { ok: false, why: 'location is too long' }
  const isAbsolute = /^(https?|rtmps?|rtsps?):\/\/[^/\s]/i.test(value) && URL.canParse(value)
  const isPath = /^\/(?!\/)[^\s\\]*$/.test(value)
  return isAbsolute || isPath ? ok(value) : { ok: false, why: 'location is not an address' }
}

const grant = (headers: BackendAnswerHeaders): Read<Grant> => {
  const id = userId(headers)
  if (!id.ok) return id
  const cap = wholeNumber(headers, 'x-max-sessions', MAX_SESSIONS)
  if (!cap.ok) return cap
  const unique = flag(headers, 'x-unique')
  if (!unique.ok) return unique
  // X-Unique is the older spelling of one stream; X-Max-Sessions wins where both stand.
  const stated = cap.value ?? (unique.value ? 1 : 0)
  return ok({
    userId: id.value,
    // 0 is "no cap": a backend that refuses answers 403.
    maxSessions: stated === 0 ? null : stated,
    unique: unique.value,
    authDurationSec: seconds(headers, 'x-authduration'),
    location: null,
  })
}

const refusal = (status: number, headers: BackendAnswerHeaders): BackendAnswer => {
  const authDurationSec = seconds(headers, 'x-authduration')
  return { ...NO_GRANT, class: 'deny', status, authDurationSec, detail: null }
}

const admission = (status: number, headers: BackendAnswerHeaders): BackendAnswer => {
  const read = grant(headers)
  // Unreadable headers are ignored.
  const given = read.ok
    ? read.value
    : { ...NO_GRANT, authDurationSec: seconds(headers, 'x-authduration') }
  const detail = read.ok ? null : `admitted without its grant: ${read.why}`
  if (status !== 302) return { ...given, class: 'allow', status, detail }
  const target = location(headers)
  if (!target.ok) return downAnswer(`malformed answer: ${target.why}`, status)
  return { ...given, location: target.value, class: 'redirect', status, detail }
}

/** Classifies an incomplete or too long answer: a refusal is valid, any other counts as no answer. `why`: the reason. */
export const classifyBroken = (
  status: number,
  headers: BackendAnswerHeaders,
  why: string,
): BackendAnswer =>
  status >= 400 && status < 500 ? refusal(status, headers) : downAnswer(why, status)

/**
 * Classifies a complete answer by status and headers; the body is ignored. Status and headers as in
 * flussonic.com/doc/api/authorization.
 */
export const classifyAnswer = (status: number, headers: BackendAnswerHeaders): BackendAnswer => {
  if ((status >= 200 && status < 300) || status === 302) return admission(status, headers)
  if (status >= 400 && status < 500) return refusal(status, headers)
  return downAnswer(`answered with status ${status}`, status)
}

/** Classifies an answer that ended within its head: what it grants may be missing in part, and is not taken. */
export const classifyCut = (status: number, headers: BackendAnswerHeaders): BackendAnswer => {
  const answer = classifyAnswer(status, headers)
  if (answer.class !== 'allow' && answer.class !== 'redirect') return answer
  const { authDurationSec, location: target } = answer
  const detail = 'admitted without its grant: its headers broke off'
  return { ...answer, ...NO_GRANT, authDurationSec, location: target, detail }
}
