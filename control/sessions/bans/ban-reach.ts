import { BAN_REASONS, type BanKind } from '#domain/reasons'
import { readDeviceSubject } from '#domain/viewer/lease'
import type { Ban } from '../model/ban-store.ts'
import type { CapEngine } from '../model/cap-engine.ts'
import type { CappedStore } from '../model/capped-store.ts'
import { accountTag } from '../model/keys.ts'
import type { LiveSession } from '../model/live-session.ts'
import type { SessionIndex, SessionLocation } from '../model/session-index.ts'
import { sessionsOf } from '../model/session-shape.ts'

export interface BanReachOptions {
  readonly engine: CapEngine
  readonly index: SessionIndex
  readonly store: CappedStore
  readonly now: () => number
}

const isHit = (ban: Ban, session: LiveSession): boolean => {
  if (ban.kind === 'account') return session.account === ban.subject
  if (ban.kind === 'network') return session.network === ban.subject
  if (ban.kind === 'download') return session.download === ban.subject
  if (ban.kind === 'session') return session.id === ban.subject
  const { account, channel, device } = readDeviceSubject(ban.subject)
  const isSame = session.account === account && session.channel === channel
  return isSame && session.device === device
}

const tagsOf = async (ban: Ban, index: SessionIndex): Promise<string[]> => {
  const places = async (): Promise<readonly SessionLocation[]> => {
    if (ban.kind === 'download') return await index.ofDownload(ban.subject)
    if (ban.kind === 'network') return await index.ofNetwork(ban.subject)
    return [...(await index.find([ban.subject])).values()]
  }
  if (ban.kind === 'account') return [accountTag(ban.subject)]
  if (ban.kind === 'device') return [accountTag(readDeviceSubject(ban.subject).account)]
  return [...new Set((await places()).map(({ tag }) => tag))]
}

/** Ends the live sessions that a ban applies to; returns their lease keys. Only a session's own ban is stored in the account's state. */
export const endBannedSessions = async (ban: Ban, options: BanReachOptions): Promise<string[]> => {
  const { engine, index, store, now } = options
  const states = await engine.read(await tagsOf(ban, index))
  const hit = states
    .flatMap((state) => sessionsOf(state, now()))
    .filter((session) => isHit(ban, session))
  const keys = hit.map(({ id }) => id)
  if (ban.kind === 'session') {
    await store.end(ban.subject, BAN_REASONS.session, Math.max(0, ban.until - now()))
    return [ban.subject]
  }
  await store.close(keys, BAN_REASONS[ban.kind])
  return keys
}

/** Removes the refusals that a lifted ban left in account states. */
export const clearBanTraces = async (
  kind: BanKind,
  subject: string,
  { engine, index }: Pick<BanReachOptions, 'engine' | 'index'>,
): Promise<void> => {
  if (kind === 'device') {
    const { account, channel, device } = readDeviceSubject(subject)
    await engine.pardon(accountTag(account), [], [`${channel}|${device}`])
  }
  if (kind !== 'session') return
  const entry = (await index.find([subject])).get(subject)
  if (entry) await engine.pardon(entry.tag, [subject], [])
}
