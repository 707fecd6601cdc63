import { createHash } from 'node:crypto'
import type { BanRow } from '#domain/channels/protocol'
import type { Effects } from '#domain/limits/types'
import type { BanKind } from '#domain/reasons'
import { banKey, deviceSubject } from '#domain/viewer/lease'
import type { Ban, BanStore, BanSubjects } from '../model/ban-store.ts'
import { createBanFeed } from './ban-feed.ts'
import { type BanUpdate, banId, NO_BAN_UPDATE } from './ban-stream.ts'

const crypto = {
  sha256: (text: string) => createHash('sha256').update(text).digest('base64url'),
  hmac: () => new Uint8Array(),
}

/** The key edges keep a ban under; a session's is its lease key. */
export const banKeyOf = (ban: { readonly kind: BanKind; readonly subject: string }): string =>
  ban.kind === 'session' ? ban.subject : banKey(crypto, ban.kind, ban.subject)

/** Whether a ban came from the caps themselves: the account's state keeps it, not the database. */
export const isCapBan = (ban: Ban): boolean => ban.by === 'cap' || ban.by === 'end'

/** The bans, ends and drops among the effects of a cap decision. */
export const banUpdateOfEffects = (effects: Effects): BanUpdate => {
  const sessions = effects.kill.map(({ key, until, reason }): Ban => {
    const by = reason.startsWith('cap.') ? 'cap' : 'end'
    return { kind: 'session', subject: key, until, reason, by }
  })
  const devices = effects.devices.map(({ account, channel, device, until, reason }): Ban => {
    const subject = deviceSubject(account, channel, device)
    return { kind: 'device', subject, until, reason, by: 'cap' }
  })
  const kill = effects.kill.map(({ key }) => key)
  return { ...NO_BAN_UPDATE, set: [...sessions, ...devices], kill, drop: effects.drop }
}

const subjectsOf = (claim: BanSubjects): { kind: BanKind; subject: string }[] => {
  const { account, network, download, key, device, channel } = claim
  const subjects: { kind: BanKind; subject: string }[] = [
    { kind: 'account', subject: account },
    { kind: 'network', subject: network },
  ]
  if (download !== null) subjects.push({ kind: 'download', subject: download })
  if (key !== undefined) subjects.push({ kind: 'session', subject: key })
  if (device === undefined || channel === undefined) return subjects
  return [...subjects, { kind: 'device', subject: deviceSubject(account, channel, device) }]
}

// A cap's device ban refuses openings, which always ask control: a client that rotates devices
// fills no edge's memory.
const isForEdges = (ban: Ban): boolean => ban.kind !== 'device' || !isCapBan(ban)

/**
 * The reason of refusals after a ban: that of the end for sessions ended by an operator, rules,
 * backends or a surge, and for revoked tickets; else the ban's kind.
 */
const rowOf = (ban: Ban): BanRow =>
  ban.reason === 'ticket.revoked' ||
  (ban.by === 'end' && /^(rule|backend|channel|session)\./.test(ban.reason))
    ? [banKeyOf(ban), ban.until, ban.reason]
    : [banKeyOf(ban), ban.until]

/** Most bans of the caps that are kept for display. */
const SHOWN_OF_CAPS = 20_000

/** Every active ban in memory, and the feed the edges read. */
export interface ActiveBans extends Pick<BanStore, 'list' | 'find' | 'since' | 'subscribe'> {
  apply(update: BanUpdate): void
  has(id: string): boolean
  /** Removes expired bans and returns their ids. */
  purge(): string[]
}

/** Creates an empty set of bans; `now` in Unix ms. */
export const createActiveBans = (now: () => number): ActiveBans => {
  const active = new Map<string, Ban>()
  const feed = createBanFeed(now)
  const ofCaps = new Set<string>()
  const trimOfCaps = () => {
    for (const id of ofCaps) {
      if (ofCaps.size <= SHOWN_OF_CAPS) return
      ofCaps.delete(id)
      active.delete(id)
    }
  }
  return {
    apply(update) {
      for (const ban of update.set) {
        const known = active.get(banId(ban))
        // The end of a banned session is announced too, and must not hide the ban's origin.
        const isEcho = known !== undefined && !isCapBan(known) && isCapBan(ban)
        if (ban.until <= now() || isEcho) continue
        active.set(banId(ban), ban)
        if (isCapBan(ban)) ofCaps.add(banId(ban))
        else ofCaps.delete(banId(ban))
      }
      for (const ban of update.clear) active.delete(banId(ban))
      trimOfCaps()
      feed.apply({
        set: update.set.filter(isForEdges).map(rowOf),
        clear: [...update.clear.map(banKeyOf), ...update.free],
        kill: update.kill,
        drop: update.drop,
      })
    },
    has: (id) => active.has(id),
    list: () => [...active.values()].filter((ban) => ban.until > now()),
    find(claim) {
      for (const subject of subjectsOf(claim)) {
        const ban = active.get(banId(subject))
        // A device that the cap has banned is refused by its account's state, and only when it opens.
        if (ban && ban.until > now() && ban.by !== 'cap') return ban
      }
      return null
    },
    since: (cursor) => feed.since(cursor),
    subscribe: (listener) => feed.subscribe(listener),
    purge() {
      const over = [...active.values()].filter((ban) => ban.until <= now()).map(banId)
      for (const id of over) {
        active.delete(id)
        ofCaps.delete(id)
      }
      feed.purge(now())
      return over
    },
  }
}
