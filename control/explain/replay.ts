import { type LoggedRequest, readLogLine } from './access-log.ts'
import { type LoggedOpening, readOpening } from './read-opening.ts'

/** The decision of a draft configuration about a request. `depends` = auth backends would decide. */
export type DraftDecision = (
  request: LoggedRequest,
  opening: LoggedOpening,
) => Promise<{
  readonly verdict: 'allow' | 'deny' | 'redirect' | 'depends'
  readonly reason: string
}>

/** A viewer whose decision would change. */
export interface ChangedViewer {
  readonly address: string
  /** Beginning of the token's hash; `null` without a token. */
  readonly token: string | null
  readonly userAgent: string | null
  readonly channels: readonly string[]
  readonly requests: number
  readonly reason: string
}

/** What a draft configuration would change, over a whole log. */
export interface ReplayResult {
  readonly lines: number
  readonly unreadable: number
  /** Requests that opened a channel. */
  readonly openings: number
  readonly viewers: number
  /** Viewers whose backends would decide. */
  readonly undecided: number
  readonly newlyRefused: readonly ChangedViewer[]
  readonly newlyAdmitted: readonly ChangedViewer[]
}

export interface ReplayPorts {
  readonly decide: DraftDecision
  readonly fingerprint: (token: string) => string
}

interface Tally {
  readonly address: string
  readonly token: string | null
  readonly userAgent: string | null
  readonly refused: Map<string, number>
  readonly admitted: Map<string, number>
  readonly reasons: { refused: string; admitted: string }
  isUndecided: boolean
}

const REFUSED = new Set([401, 403, 410, 429])

/** The logged decision by status; `null` for statuses that say nothing about authorization. */
const pastOf = (status: number): 'allow' | 'deny' | null => {
  if (REFUSED.has(status)) return 'deny'
  return (status >= 200 && status < 400) || status === 499 ? 'allow' : null
}

const count = (channels: Map<string, number>, channel: string): void =>
  void channels.set(channel, (channels.get(channel) ?? 0) + 1)

const changed = (tallies: readonly Tally[], side: 'refused' | 'admitted'): ChangedViewer[] =>
  tallies
    .filter((tally) => tally[side].size > 0)
    .map(({ address, token, userAgent, reasons, ...tally }) => ({
      address,
      token,
      userAgent,
      channels: [...tally[side].keys()].sort((a, b) => a.localeCompare(b)),
      requests: [...tally[side].values()].reduce((sum, n) => sum + n, 0),
      reason: reasons[side],
    }))
    .sort((a, b) => b.requests - a.requests || a.address.localeCompare(b.address))

const REMEMBERED = 100_000

/** Caches decisions: repeated requests of a viewer for a channel are decided once. */
const remembering = (decide: DraftDecision): DraftDecision => {
  const known = new Map<string, ReturnType<DraftDecision>>()
  return async (request, opening) => {
    const { address, userAgent, referer } = request
    const key = JSON.stringify([address, userAgent, referer, opening])
    const found = known.get(key)
    if (found !== undefined) return await found
    if (known.size >= REMEMBERED) known.clear()
    const fresh = decide(request, opening)
    known.set(key, fresh)
    return await fresh
  }
}

/**
 * Runs a draft configuration over an access log, and compares its decisions with the statuses in
 * the log: viewers newly refused or admitted.
 */
export const replayAccessLog = async (
  lines: AsyncIterable<string> | Iterable<string>,
  { decide: draft, fingerprint }: ReplayPorts,
): Promise<ReplayResult> => {
  const decide = remembering(draft)
  const tallies = new Map<string, Tally>()
  const total = { lines: 0, unreadable: 0, openings: 0 }

  const tallyOf = (request: LoggedRequest, secret: string | null): Tally => {
    const token = secret === null ? null : fingerprint(secret)
    const key = JSON.stringify([request.address, token])
    const found = tallies.get(key)
    if (found !== undefined) return found
    const { address, userAgent } = request
    const sides = { refused: new Map<string, number>(), admitted: new Map<string, number>() }
    const reasons = { refused: '', admitted: '' }
    const fresh: Tally = { address, token, userAgent, ...sides, reasons, isUndecided: false }
    tallies.set(key, fresh)
    return fresh
  }

  const replay = async (request: LoggedRequest): Promise<void> => {
    const opening = readOpening(request)
    const past = pastOf(request.status)
    if (opening === null || past === null) return
    total.openings += 1
    const tally = tallyOf(request, opening.token)
    const { verdict, reason } = await decide(request, opening)
    if (verdict === 'depends') tally.isUndecided = true
    else if ((verdict === 'deny') !== (past === 'deny')) {
      const side = verdict === 'deny' ? 'refused' : 'admitted'
      count(tally[side], opening.channel)
      tally.reasons[side] = reason
    }
  }

  for await (const line of lines) {
    if (line.trim() === '') continue
    total.lines += 1
    const request = readLogLine(line)
    if (request === null) total.unreadable += 1
    else await replay(request)
  }
  const all = [...tallies.values()]
  return {
    ...total,
    viewers: all.length,
    undecided: all.filter(({ isUndecided }) => isUndecided).length,
    newlyRefused: changed(all, 'refused'),
    newlyAdmitted: changed(all, 'admitted'),
  }
}
