import { EVERYTHING } from '../domain/channels/protocol.ts'
import { BAN_REASONS, isReasonId, type ReasonId } from '../domain/reasons.ts'
import { deviceId } from '../domain/viewer/device.ts'
import { banKey, deviceSubject, type WideBanKind } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { countIn, forgetRefused, keepText, numbers, putLasting, texts, trySet } from './memory.ts'

const MAX_BAN_MS = 31 * 86_400_000
const GUESS_WINDOW_MS = 600_000
const FREE_GUESSES = 10
const MAX_FLOOD_SEC = 300

/** Properties of a request that bans may be set on. `null` = unknown or none. */
export interface Subjects {
  readonly account: string
  readonly network: string
  readonly download: string | null
  readonly channel: string
  /** Family of the player. */
  readonly family: string
  readonly playback: string | null
}

/** Stores a ban until a time (Unix ms), with its reason if there is one; a time in the past lifts the ban. */
export const setBan = (key: string, until: number, now: number, reason?: string): void => {
  const left = Math.min(until - now, MAX_BAN_MS)
  if (left <= 0) {
    numbers('gh_bans').delete(key)
    forgetRefused()
  } else putLasting('gh_bans', key, until, left)
  if (reason !== undefined) rememberDenial('gh_denied', key, reason, left / 1000)
}

/** Lifts a ban and voids the refusals cached because of bans or caps; with {@link EVERYTHING}, all cached refusals. */
export const clearBan = (key: string): void => {
  numbers('gh_bans').delete(key)
  texts('gh_denied').delete(key)
  trySet(numbers('gh_state'), key === EVERYTHING ? 'forgiven' : 'lifted', Date.now())
  forgetRefused()
}

/** Voids every refusal cached until now (Unix ms), where the times of lifted bans were lost. */
export const forgiveAll = (now: number): void => {
  trySet(numbers('gh_state'), 'forgiven', now)
  trySet(numbers('gh_state'), 'lifted', now)
  forgetRefused()
}

/** Whether a session's own key is banned. */
export const isSessionBanned = (key: string, now: number): boolean =>
  (numbers('gh_bans').get(key) ?? 0) > now

/** Stored reason of a ban; `null` where control sent none. */
const storedReason = (key: string): ReasonId | null => {
  const [reason = ''] = texts('gh_denied').get(key)?.split(' ') ?? []
  return isReasonId(reason) ? reason : null
}

const isBanned = (kind: WideBanKind, subject: string, now: number): boolean =>
  (numbers('gh_bans').get(banKey(nginxCrypto, kind, subject)) ?? 0) > now

/** Reason why a banned session was ended: the stored one, else that of a ban on one of `subjects`, else `ban.session`. */
export const endReason = (key: string, subjects: Subjects | null, now: number): ReasonId =>
  storedReason(key) ?? (subjects && findBan(subjects, now)) ?? BAN_REASONS.session

/** Reason of the ban that applies to a request, of several the widest; `null` = none applies. `now`: Unix ms. */
export const findBan = (subjects: Subjects, now: number): ReasonId | null => {
  if (isBanned('network', subjects.network, now)) return BAN_REASONS.network
  if (isBanned('account', subjects.account, now)) return BAN_REASONS.account
  if (subjects.download !== null && isBanned('download', subjects.download, now))
    return storedReason(banKey(nginxCrypto, 'download', subjects.download)) ?? BAN_REASONS.download
  if (subjects.channel === '') return null
  const device = deviceId(nginxCrypto, subjects)
  const subject = deviceSubject(subjects.account, subjects.channel, device)
  return isBanned('device', subject, now) ? BAN_REASONS.device : null
}

/**
 * Whether a cached refusal is void because bans or rules have changed since: openings are cached by credential, not by the
 * ban that refused them.
 */
const isVoid = (reason: string, madeAt: number): boolean => {
  const since = (mark: string): number => numbers('gh_state').get(mark) ?? -Infinity
  const isOf = (kind: string): boolean => reason.startsWith(kind)
  if (isOf('credentials.')) return false
  if ((isOf('ban.') || isOf('cap.')) && madeAt <= since('lifted')) return true
  return madeAt <= since('forgiven')
}

/** Caches a refusal by control for `ttlSec` seconds, so that control is not asked again. */
export const rememberDenial = (
  zone: 'gh_denied' | 'gh_guessed',
  key: string,
  reason: string,
  ttlSec: number,
): void => {
  if (ttlSec > 0) keepText(zone, key, `${reason} ${Date.now()}`, ttlSec * 1000)
}

/** Reason of the cached refusal of a key; `null` = none, or void. */
export const recallDenial = (zone: 'gh_denied' | 'gh_guessed', key: string): ReasonId | null => {
  const [reason, made] = texts(zone).get(key)?.split(' ') ?? []
  if (reason === undefined || isVoid(reason, Number(made))) return null
  return isReasonId(reason) ? reason : BAN_REASONS.session
}

/** Counts a wrong token or password for its network; from the eleventh within ten minutes on, the network is refused for 2 to 300 seconds, doubled each time. */
export const countGuess = (network: string, reason: string): void => {
  if (reason !== 'token.unknown' && reason !== 'credentials.wrong') return
  const name = `g${nginxCrypto.sha256(network).slice(0, 15)}`
  const guesses = countIn('gh_pace', name, GUESS_WINDOW_MS)
  if (guesses <= FREE_GUESSES) return
  const wait = Math.min(MAX_FLOOD_SEC, 2 ** Math.min(9, guesses - FREE_GUESSES))
  rememberDenial('gh_guessed', `flood:${network}`, 'credentials.flood', wait)
}
