import type { PushMessage } from '../domain/channels/protocol.ts'
import { isSameMac } from '../domain/credentials/crypto.ts'
import { decodeHex, encodeUtf8 } from '../domain/credentials/encoding.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { parseJson } from '../platform/json.ts'
import { logError } from '../platform/log.ts'
import { answer } from '../platform/reply.ts'
import { bodyText, type Request, variable } from '../platform/request.ts'
import { numbers } from '../state/memory.ts'
import { clearBan, setBan } from '../state/refusals.ts'
import { isFresh } from '../state/sync/pushes.ts'
import { killLeases } from '../state/sync/sync.ts'

const json = { 'Content-Type': 'application/json' }

const isSigned = (r: Request, body: string, message: PushMessage): boolean => {
  if (variable(r, 'gh_push_trusted') === '1') return true
  const presented = decodeHex(variable(r, 'http_x_gh_signature'))
  const key = variable(r, 'gh_push_key')
  if (presented === null || key === '') return false
  const signed = encodeUtf8(`${message.at}.${message.seq}.${body}`)
  return isSameMac(nginxCrypto.hmac(encodeUtf8(key), signed), presented)
}

/** js_content: applies pushed bans and ended sessions. */
export const push = (r: Request): void => {
  try {
    const body = bodyText(r)
    const message = parseJson<PushMessage>(body)
    const now = Date.now()
    if (!isSigned(r, body, message)) return answer(r, 403, json, '{"ok":false,"why":"signature"}')
    if (variable(r, 'gh_push_trusted') !== '1' && !isFresh(message, now))
      return answer(r, 409, json, '{"ok":false,"why":"replay"}')
    // Times of bans are control's, as in a sync.
    const shift = numbers('gh_state').get('clockShift') ?? 0
    for (const [key, until, reason] of message.set) setBan(key, until + shift, now, reason)
    for (const key of message.clear) clearBan(key)
    killLeases(message.kill, now)
    answer(r, 200, json, JSON.stringify({ ok: true, seq: message.seq }))
  } catch (problem) {
    logError('push', problem)
    answer(r, 400, json, '{"ok":false,"why":"malformed"}')
  }
}
