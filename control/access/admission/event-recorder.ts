import { countryWatchedIn } from '#domain/geo'
import { isLan, parseAddress } from '#domain/networks/network'
import { userAgentFamily } from '#domain/viewer/user-agent'
import type { PlayEvent } from '../../events/play-event.ts'
import type { Publisher } from '../../events/publisher.ts'
import type { LiveSession } from '../../sessions/model/live-session.ts'
import type { SessionEnd } from '../../sessions/model/session-store.ts'
import type { OpenedEvent, Opening } from './opening.ts'
import type { KnownViewer } from './viewer.ts'

/** Publishes what happens to sessions as play events. */
export interface EventRecorder {
  opened(event: OpenedEvent): void
  /** A running session has new traffic. */
  updated(session: LiveSession): void
  ended(end: SessionEnd): void
  downloadUsed(viewer: KnownViewer, opening: Opening, network: string): void
}

const isLanAddress = (address: string): boolean => {
  const parsed = parseAddress(address)
  return parsed !== null && isLan(parsed)
}

const ofOpening = (event: OpenedEvent): PlayEvent => ({
  type: event.type,
  at: event.at,
  id: event.sid,
  request: event.request.slice(0, 64),
  source: `edge:${event.edge}`,
  account: event.account,
  accountName: event.accountName,
  group: event.group,
  address: event.address,
  network: event.network,
  isLan: isLanAddress(event.address),
  device: event.device,
  client: event.family,
  agent: event.agent.slice(0, 512),
  playback: event.playback?.slice(0, 128) ?? null,
  door: event.door,
  channel: event.channel,
  title: event.title,
  isLive: event.isLive,
  proto: event.protocol,
  startedAt: event.at,
  reason: event.reason,
  download: event.download,
  country: countryWatchedIn(event.place),
  region: event.place.region,
  city: event.place.city,
  latitude: event.place.latitude,
  longitude: event.place.longitude,
  accuracyKm: event.place.accuracyKm,
})

/** Written out, since there is one for every end: an object spread is several times as large and slow. */
const ofSession = (session: LiveSession, type: PlayEvent['type'], at: number): PlayEvent => ({
  type,
  at,
  id: session.sid,
  source: `edge:${session.edge}`,
  account: session.account,
  accountName: session.accountName,
  group: session.group,
  address: session.address,
  network: session.network,
  isLan: isLanAddress(session.address),
  device: session.device,
  client: session.family ?? userAgentFamily(session.agent),
  agent: session.agent.slice(0, 512),
  playback: session.playback?.slice(0, 128) ?? null,
  download: session.download,
  channel: session.channel,
  proto: session.protocol,
  startedAt: session.openedAt,
  bytes: session.bytes,
})

const DOWNLOADS_REMEMBERED = 50_000

/** Publishes openings, updates, ends and download uses as play events; never waits and never throws. */
export const createEventRecorder = (
  publisher: Pick<Publisher, 'publish'>,
  now: () => number,
): EventRecorder => {
  const used = new Set<string>()
  return {
    opened: (event) => publisher.publish([ofOpening(event)]),
    updated: (session) => publisher.publish([ofSession(session, 'updated', session.lastSeenAt)]),
    ended: ({ session, reason }) => {
      const at = Math.max(session.lastSeenAt, session.openedAt)
      const type = reason.startsWith('ban.') || reason.startsWith('cap.') ? 'banned' : 'closed'
      const event = ofSession(session, type, at)
      event.reason = reason
      publisher.publish([event])
    },
    downloadUsed: ({ ticket }, opening, network) => {
      // The store keeps the first use only; one event from each process keeps the stream short.
      if (!ticket || used.has(ticket.download)) return
      if (used.size >= DOWNLOADS_REMEMBERED) used.clear()
      used.add(ticket.download)
      const account = ticket.account.startsWith('net:') ? `net:${network}` : ticket.account
      publisher.publish([
        {
          type: 'download',
          at: now(),
          id: ticket.download,
          source: `edge:${opening.edge}`,
          account,
          group: ticket.group,
          address: opening.address,
          network,
          client: opening.agent.slice(0, 512),
          wonBy: ticket.wonBy,
          issuedAt: ticket.issuedSec * 1000,
        },
      ])
    },
  }
}
