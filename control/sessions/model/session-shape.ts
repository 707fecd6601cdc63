import type { AccountState, Claim, Slot } from '#domain/limits/types'
import type { AccountRef } from '#domain/types'
import { accountTag } from './keys.ts'
import type { LiveSession, SessionInfo, SessionState } from './live-session.ts'
import type { IndexEntry } from './session-index.ts'
import type { SessionClaim } from './session-store.ts'

interface StoredInfo extends SessionInfo {
  readonly account: AccountRef
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A claim as the cap logic takes it. Written out, as all that is made for each session: an object spread is several times as large and slow. */
export const claimOf = (claim: SessionClaim, requestId: string): Claim => {
  const { account, info } = claim
  const shape: Mutable<Claim> = {
    key: claim.key,
    sid: claim.sid,
    req: requestId,
    ch: claim.channel,
    dev: claim.device,
    player: claim.player,
    net: claim.network,
    dl: claim.download ?? '',
    idle: claim.idleMs,
    edge: info.edge,
    info: `${JSON.stringify(info).slice(0, -1)},"account":${JSON.stringify(account)}}`,
  }
  if (claim.kin !== undefined) shape.kin = claim.kin
  if (claim.foreignToken) shape.tok = claim.foreignToken
  if (claim.isFixed === true) shape.fixed = true
  return shape
}

/** Where the session of a claim is to be found. */
export const entryOf = (claim: SessionClaim, key: string): IndexEntry => ({
  tag: accountTag(claim.account),
  key,
  sid: claim.sid,
  channel: claim.channel,
  network: claim.network,
  download: claim.download ?? '',
  idleMs: claim.idleMs,
})

/** The account a slot belongs to. */
export const accountOfSlot = (slot: Slot): AccountRef => infoOf(slot).account

const read = new WeakMap<Slot, { readonly text: string; readonly info: StoredInfo }>()

const infoOf = (slot: Slot): StoredInfo => {
  const before = read.get(slot)
  if (before?.text === slot.info) return before.info
  const info: StoredInfo = JSON.parse(slot.info)
  read.set(slot, { text: slot.info, info })
  return info
}

/** Where the session of a slot is to be found. */
export const entryOfSlot = (key: string, slot: Slot): IndexEntry => ({
  tag: accountTag(accountOfSlot(slot)),
  key,
  sid: slot.sid,
  channel: slot.ch,
  network: slot.net,
  download: slot.dl,
  idleMs: slot.idle,
})

const stateOf = (slot: Slot): SessionState => {
  if (slot.sup > 0) return 'superseded'
  return slot.started > 0 ? 'playing' : 'reserved'
}

/** A slot as operators see it. */
export const liveSession = (key: string, slot: Slot): LiveSession => {
  const info = infoOf(slot)
  const session: Mutable<LiveSession> = {
    accountName: info.accountName,
    address: info.address,
    agent: info.agent,
    country: info.country,
    edge: info.edge,
    group: info.group,
    protocol: info.protocol,
    tokenPrint: info.tokenPrint,
    account: info.account,
    id: key,
    sid: slot.sid,
    channel: slot.ch,
    device: slot.dev,
    network: slot.net,
    download: slot.dl === '' ? null : slot.dl,
    state: stateOf(slot),
    openedAt: slot.opened,
    startedAt: slot.started,
    // Reports are up to 20 s apart; the traffic log holds each request.
    lastSeenAt: Math.max(slot.seen, slot.used),
    bytes: slot.bytes,
    requests: slot.reqs,
    seenBy: slot.edge,
  }
  if (info.family !== undefined) session.family = info.family
  if (info.playback !== undefined) session.playback = info.playback
  return session
}

/** Unix ms at which a slot ends if nothing happens. */
export const endOfSlot = (slot: Slot, reserveMs: number): number =>
  slot.started > 0 ? slot.seen + slot.idle : slot.opened + reserveMs

/** The sessions of a state that are live at `now`, in key order. */
export const sessionsOf = (state: AccountState | null, now: number): LiveSession[] => {
  if (!state) return []
  const live = Object.entries(state.slots).filter(
    ([, slot]) => slot.gone === 0 && endOfSlot(slot, state.limits.reserveMs) > now,
  )
  live.sort(([a], [b]) => (a < b ? -1 : 1))
  return live.map(([key, slot]) => liveSession(key, slot))
}
