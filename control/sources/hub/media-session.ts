import type { LiveSession, SessionState } from '../../sessions/model/live-session.ts'
import type { LivePlay } from '../model/live-play.ts'

const stateOf = ({ state, endAskedAt }: LivePlay): SessionState =>
  endAskedAt === null ? state : 'ending'

/** A play of a media server in the form of a live session. */
export const sessionOfPlay = (play: LivePlay): LiveSession => {
  const { record } = play
  return {
    id: record.id,
    sid: record.id,
    account: record.account,
    accountName: record.accountName,
    channel: record.channel ?? record.title ?? '',
    address: record.address ?? '',
    network: record.network ?? '',
    country: record.country,
    agent: [record.client, record.player].filter(Boolean).join(', '),
    edge: '',
    seenBy: '',
    group: '',
    protocol: 'http',
    tokenPrint: null,
    device: record.device ?? '',
    download: null,
    state: stateOf(play),
    openedAt: record.startedAt,
    startedAt: record.startedAt,
    lastSeenAt: record.lastSeenAt,
    bytes: record.bytes ?? 0,
    requests: 0,
    source: record.source,
    delivery: play.record.delivery ?? null,
  }
}
