import { withoutLogin } from '../domain/addresses/resolve.ts'
import type { ReasonId } from '../domain/reasons.ts'
import type { Protocol } from '../domain/types.ts'
import { keepText, numbers, texts, tryAdd, trySet } from './memory.ts'

/** Kinds of reports to control, sent with the next sync. */
export type ReportKind =
  | 'degraded'
  | 'running'
  | 'ended'
  | 'bytes'
  | 'closed'
  | 'past'
  | 'protocol'
  | 'failure'
  | 'unshared'

const SLOTS: Readonly<Record<ReportKind, number>> = {
  degraded: 4096,
  running: 1024,
  ended: 1024,
  bytes: 8192,
  closed: 256,
  past: 256,
  protocol: 256,
  failure: 256,
  unshared: 256,
}
const TTL_MS = 86_400_000

const slotOf = (kind: ReportKind, at: number): string => `${kind}${at % SLOTS[kind]}`

/** Stores a report for the next sync in a ring buffer; without syncs the oldest is overwritten. */
export const noteReport = (kind: ReportKind, text: string): void => {
  try {
    const at = numbers('gh_state').incr(`${kind}Head`, 1, 0)
    keepText('gh_ring', slotOf(kind, at), text, TTL_MS)
  } catch {
    // Without room it is not reported now: control learns of it by the next check, or when the response ends.
  }
}

/** How often one origin is reported for one channel. */
const PAST_EVERY_MS = 300_000

/** Reports that a channel's origin sends players to an origin the edge does not go to. */
export const notePast = (channel: string, origin: string): void => {
  const text = `${channel} ${withoutLogin(origin)}`
  if (tryAdd(texts('gh_ring'), `past ${text}`, '', PAST_EVERY_MS)) noteReport('past', text)
}

/** Reports that a channel's origin writes manifests for each viewer. */
export const noteUnshared = (channel: string, origin: string): void => {
  const text = `${channel} ${origin}`
  if (tryAdd(texts('gh_ring'), `unshared ${text}`, '', PAST_EVERY_MS)) noteReport('unshared', text)
}

const PROTOCOL_EVERY_MS = 60_000

/** Reports that a channel's origin answers another protocol than its address says. */
export const noteProtocol = (channel: string, protocol: Protocol): void => {
  const text = `${channel} ${protocol}`
  if (tryAdd(texts('gh_ring'), `protocol ${text}`, '', PROTOCOL_EVERY_MS))
    noteReport('protocol', text)
}

const FAILURE_EVERY_MS = 60_000

/** Reports that an origin could not be asked, or gave no answer that serves, and why. */
export const noteOriginFailure = (origin: string, reason: ReasonId): void => {
  const text = `${withoutLogin(origin)} ${reason}`
  if (tryAdd(texts('gh_ring'), `failure ${text}`, '', FAILURE_EVERY_MS)) noteReport('failure', text)
}

/** At most `most` reports that were not sent yet, oldest first; `take` removes them after they were sent. */
export const pendingReports = (
  kind: ReportKind,
  most: number,
): { list: string[]; isAll: boolean; take: () => void } => {
  const state = numbers('gh_state')
  const head = state.get(`${kind}Head`) ?? 0
  const tail = Math.max(state.get(`${kind}Tail`) ?? 0, head - SLOTS[kind])
  const end = Math.min(head, tail + most)
  const list: string[] = []
  for (let at = tail + 1; at <= end; at += 1) {
    const text = texts('gh_ring').get(slotOf(kind, at))
    if (text !== undefined) list.push(text)
  }
  return { list, isAll: end === head, take: () => void trySet(state, `${kind}Tail`, end) }
}

/** Takes the oldest few of those pending. */
export const takeReports = (kind: ReportKind, count: number): void =>
  pendingReports(kind, count).take()
