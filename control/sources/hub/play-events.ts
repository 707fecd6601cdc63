import type { PlayRecord } from '#domain/types'
import type { PlayEvent } from '../../events/play-event.ts'
import type { Publisher } from '../../events/publisher.ts'
import type { LivePlay, PlayChange } from '../model/live-play.ts'

/** Reason of a play that was ended through us: it is no evidence against anybody. */
const OWN_END = 'session.ended'
/** A play that goes on is published once a minute. */
const REPEAT_MS = 60_000
/** A play that came back after its end counts once it has run for so long. */
const COOL_OFF_MS = 5 * 60_000
const LONGEST_TEXT = 256

const cut = (text: string | null, length = LONGEST_TEXT): string | null =>
  text === null ? null : text.slice(0, length)

/** The event of a play; a source's record as the streams carry it. */
export const eventOfPlay = (
  type: PlayEvent['type'],
  record: PlayRecord,
  at: number,
  reason: string | null = null,
): PlayEvent => ({
  type,
  at,
  id: record.id,
  source: record.source,
  account: record.account,
  accountName: cut(record.accountName),
  address: record.address,
  network: record.network,
  isLan: record.isLan,
  device: cut(record.device),
  platform: cut(record.platform),
  client: cut(record.client),
  channel: cut(record.channel),
  title: cut(record.title, 1024),
  isLive: record.isLive,
  startedAt: record.startedAt,
  durationMs: record.playedMs,
  reason,
})

/** What of a play was published last. */
interface Told {
  readonly at: number
  readonly where: string
  /** As it was heard of last. */
  readonly play: LivePlay
  /** Its end through us was published: it is told no more. */
  readonly isOver: boolean
}

const whereOf = ({ record, state }: LivePlay): string =>
  `${record.address ?? ''} ${record.isLan} ${state === 'paused'}`

/**
 * Publishes the plays of media servers: their beginning, once a minute while they go on, at once when their address
 * changes, and their end. A play whose end was asked is over for the detectors, even where it lingers; one that returns
 * is published when the cool-off is over.
 */
export const createPlayPublisher = (
  publisher: Pick<Publisher, 'publish'>,
  now: () => number,
): ((change: PlayChange) => void) => {
  const told = new Map<string, Told>()
  const publish = (play: LivePlay, type: PlayEvent['type'], at: number, reason?: string): void => {
    publisher.publish([eventOfPlay(type, play.record, at, reason ?? null)])
    const isOver = reason === OWN_END
    told.set(play.record.id, { at: now(), where: whereOf(play), play, isOver })
  }
  const isCoolingOff = ({ isReturned, record }: LivePlay): boolean =>
    isReturned && now() - record.startedAt < COOL_OFF_MS
  /** What else the account plays is told anew, so that the two are seen to run at once. */
  const publishBeside = ({ id, account, startedAt }: PlayRecord): void => {
    for (const { play, isOver } of told.values())
      if (!isOver && play.record.account === account && play.record.id !== id) {
        if (play.record.lastSeenAt >= startedAt) publish(play, 'updated', play.record.lastSeenAt)
        else told.set(play.record.id, { at: 0, where: '', play, isOver })
      }
  }
  const goOn = (play: LivePlay): void => {
    const { record } = play
    const last = told.get(record.id)
    if (last?.isOver === true || isCoolingOff(play)) return
    if (play.endAskedAt !== null) {
      if (last !== undefined) publish(play, 'closed', now(), OWN_END)
      return
    }
    if (last === undefined) {
      publish(play, 'started', record.lastSeenAt)
      publishBeside(record)
    } else if (last.where !== whereOf(play) || now() - last.at >= REPEAT_MS)
      publish(play, 'updated', record.lastSeenAt)
    else told.set(record.id, { ...last, play })
  }
  return ({ type, play }) => {
    if (type !== 'closed') return goOn(play)
    const { id, endedAt, lastSeenAt } = play.record
    const last = told.get(id)
    if (last !== undefined && !last.isOver) {
      const reason = play.endAskedAt === null ? undefined : OWN_END
      publish(play, 'closed', endedAt ?? lastSeenAt, reason)
    }
    told.delete(id)
  }
}
