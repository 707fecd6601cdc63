import type { PlayRecord } from '#domain/types'
import type { PlayEvent } from '../../events/play-event.ts'
import type { Publisher } from '../../events/publisher.ts'
import type { LivePlay, PlayChange } from '../model/live-play.ts'

/** Reason of a play that Gatehouse has ended: it does not count in detection. */
const OWN_END = 'session.ended'
/** A play that goes on is published once a minute. */
const REPEAT_MS = 60_000
/** A play that came back after its end counts once it has run for so long. */
const COOL_OFF_MS = 5 * 60_000
const LONGEST_TEXT = 256

const cut = (text: string | null | undefined, length = LONGEST_TEXT): string | null =>
  text?.slice(0, length) ?? null

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
  player: cut(record.player),
  channel: cut(record.channel),
  title: cut(record.title, 1024),
  isLive: record.isLive,
  isMusic: record.isMusic ?? null,
  delivery: record.delivery ?? null,
  startedAt: record.startedAt,
  durationMs: record.playedMs,
  reason,
})

/** The last published state of a play. */
interface Published {
  readonly at: number
  readonly where: string
  /** The play as last reported. */
  readonly play: LivePlay
  /** Whether its end by Gatehouse was published: nothing more is. */
  readonly isOver: boolean
}

const whereOf = ({ record, state }: LivePlay): string =>
  `${record.address ?? ''} ${record.isLan} ${state === 'paused'}`

/**
 * Publishes events of media servers' plays: start, update once a minute and when the address changes, end. A play whose end
 * was requested counts as ended, even where it still runs; one that returns is published after the cool-off.
 */
export const createPlayPublisher = (
  publisher: Pick<Publisher, 'publish'>,
  now: () => number,
): ((change: PlayChange) => void) => {
  const told = new Map<string, Published>()
  const publish = (play: LivePlay, type: PlayEvent['type'], at: number, reason?: string): void => {
    publisher.publish([eventOfPlay(type, play.record, at, reason ?? null)])
    const isOver = reason === OWN_END
    told.set(play.record.id, { at: now(), where: whereOf(play), play, isOver })
  }
  const isCoolingOff = ({ isReturned, record }: LivePlay): boolean =>
    isReturned && now() - record.startedAt < COOL_OFF_MS
  /** What else the account plays is reported anew, so that the two are seen to run at once. */
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
