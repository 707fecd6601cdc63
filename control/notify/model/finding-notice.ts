import type { PlayRecord } from '#domain/types'
import { deviceName, placeName } from '../../detect/finding.ts'
import type { DueResponse } from '../../detect/live/judge-account.ts'
import type { SessionEvidence } from '../../detect/types.ts'
import type { FindingNotice, Stream } from './notice.ts'
import type { Outcome } from './outcome.ts'

/** The fields of a play for a notice; where the play is not stored any more, those of the evidence. */
const seenOf = (
  seen: SessionEvidence,
  play: PlayRecord | undefined,
): Pick<Stream, 'what' | 'where' | 'device' | 'address' | 'source'> => {
  if (play === undefined) {
    const { place, deviceName: device } = seen
    return { what: null, where: place, device, address: null, source: null }
  }
  const { title, channel, player, address, source } = play
  const device = player ?? deviceName(play)
  return { what: title ?? channel, where: placeName(play), device, address, source }
}

const streamOf = (
  seen: SessionEvidence,
  play: PlayRecord | undefined,
  { who, ended }: { readonly who: string; readonly ended: ReadonlySet<string> },
): Stream => {
  const isPlaying = play !== undefined && play.endedAt === null
  const state = isPlaying ? 'playing' : 'ended'
  return {
    ...seenOf(seen, play),
    who: play?.accountName ?? who,
    startedAt: seen.startedAt,
    endedAt: isPlaying ? null : seen.endedAt,
    state: ended.has(seen.playId) ? 'ended_by_rule' : state,
  }
}

/** The notice of a finding a rule responds to; `ended` names the plays the response has just ended. */
export const noticeOf = (
  due: Pick<DueResponse, 'found' | 'plays'> & Pick<FindingNotice, 'step'>,
  outcome: Outcome | null,
  ended: readonly string[] = [],
): FindingNotice => {
  const { found, plays, step } = due
  const { finding, rule, event, key } = found
  const byId = new Map(plays.map((play) => [play.id, play]))
  const accountName = event.accountName ?? null
  const about = { who: accountName ?? finding.account, ended: new Set(ended) }
  return {
    about: 'finding',
    id: key,
    rule: rule.id,
    finding,
    accountName,
    step,
    outcome,
    streams: finding.evidence.sessions.map((seen) => streamOf(seen, byId.get(seen.playId), about)),
  }
}
