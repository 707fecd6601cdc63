import type { LiveFinding } from '../detect/live/live-finding.ts'
import type { FindingKind } from '../detect/types.ts'
import type { LiveSession } from '../sessions/model/live-session.ts'

// A play that is `ending` was ended once: where it lingers it is not ended again.
const PLAYING = new Set(['reserved', 'playing', 'paused', 'buffering'])

interface Seen {
  readonly live: LiveFinding
  /** The account's sessions that play now. */
  readonly playing: readonly LiveSession[]
  /** The session the finding is about, while it plays. */
  readonly own: readonly LiveSession[]
}

type Choose = (seen: Seen) => readonly LiveSession[]

const own: Choose = (seen) => seen.own

/** Only while another session of the finding plays, too. */
const ownBesideAnother: Choose = ({ live, playing, own: event }) => {
  const others = new Set(live.finding.evidence.sessions.map(({ playId }) => playId))
  return playing.some((s) => s.sid !== live.event.id && others.has(s.sid)) ? event : []
}

/** Only while more streams run than the rule allows; what was ended does not run. */
const ownBeyondLimit: Choose = ({ live, playing, own: event }) =>
  playing.length > (live.finding.evidence.limit ?? 1) ? event : []

/** Sessions or networks the finding names: for findings over weeks of history. */
const named: Choose = ({ live, playing }) => {
  const { sessions, networks } = live.finding.evidence
  const ids = new Set(sessions.map(({ playId }) => playId))
  const lines = new Set(networks ?? sessions.flatMap(({ network }) => network ?? []))
  return playing.filter((s) => ids.has(s.sid) || lines.has(s.network))
}

const CHOICES: Readonly<Record<FindingKind, Choose>> = {
  impossible_travel: own,
  simultaneous_places: ownBesideAnother,
  device_velocity: own,
  concurrent_streams: ownBeyondLimit,
  geo_restriction: own,
  second_household: named,
  restreaming: named,
  leaked_copy: named,
  hosting_network: own,
}

/**
 * The sessions a rule may end now, looked at again just before: those of the finding that still play and are still
 * in conflict. None when it is over.
 */
export const targetsOf = (
  live: LiveFinding,
  sessions: readonly LiveSession[],
): readonly LiveSession[] => {
  const { finding, event } = live
  const playing = sessions.filter((s) => s.account === finding.account && PLAYING.has(s.state))
  const seen = { live, playing, own: playing.filter((s) => s.sid === event.id) }
  return CHOICES[finding.kind](seen)
}
