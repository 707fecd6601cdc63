/**
 * What an edge and the control plane say to each other under `/edge/v1`. Times are Unix milliseconds unless
 * the name says otherwise.
 */
import type { FailMode, GroupBinding, GroupWonBy } from '../types.ts'

export { ANSWER_HEADERS, REQUEST_HEADERS } from './protocol-headers.ts'

/** The contract's version: a path prefix on the control listener. */
export const EDGE_API = '/edge/v1'

/** A group as an edge needs it. */
export interface EdgeGroup {
  readonly id: string
  readonly failMode: FailMode
  readonly binding: GroupBinding
  readonly ticketTtlSec: number
  /** Streams one account may play; kept by the edge alone while control is away. `null` = no cap. */
  readonly cap: number | null
  /** The group of viewers that no network, country or account assigns. */
  readonly isDefault: boolean
  /** Viewers without an account get no list. */
  readonly requiresAccount: boolean
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countries: readonly string[]
  /** Version of the rendered list; a new one whenever a byte changes. */
  readonly listVersion: string
  /** `inferred`: players of this group are not sent a 302. */
  readonly redirect: 'follow' | 'inferred'
  /** User-Agent substrings (lower case) of players that get inferred sessions whatever `redirect` says. */
  readonly inferredAgents: readonly string[]
}

/** A configured media server as an edge needs it. */
export interface EdgeOrigin {
  /** Host name or address, without a port. */
  readonly host: string
  /** Hosts that it may send the edge to, besides all configured ones: a name, `*.domain`, or `*`. */
  readonly redirects: readonly string[]
  /** One rewritten manifest serves all viewers; where not, each has his own. */
  readonly shares: boolean
}

/** Everything small the edge decides by. One JSON value in shared memory. */
export interface EdgePolicy {
  readonly version: string
  readonly groups: readonly EdgeGroup[]
  /** `scheme://host[:port]` put into playlists; `null` = what the viewer asked for. */
  readonly publicUrl: string | null
  /** Rules, backends or signed links may admit who presents no token: control is asked about him. */
  readonly asksWithoutToken: boolean
  /** A pass moves to another network only after this many silent seconds. */
  readonly roamAfterSec: number
  /** Leases in use live on by themselves for this long after control was last heard. */
  readonly graceSec: number
  /** Lease time given while control is away. */
  readonly graceLeaseSec: number
  /** Life of passes an edge mints while control is away. */
  readonly gracePassSec: number
  readonly origins: readonly EdgeOrigin[]
  /** Milliseconds a rewritten manifest serves all viewers; `null` = half its target duration. */
  readonly manifestMs: number | null
}

/** Signing keys by key id (`"0"` to `"255"`, hex secrets of 32 bytes or more); `current` signs, all verify. */
export interface EdgeKeys {
  readonly version: string
  readonly current: number
  readonly secrets: Readonly<Record<string, string>>
}

/** The tables large enough to be paged. */
export type TableName = 'networks' | 'channels'

/** Where a table stands at control; the edge fetches the pages when its own version differs. */
export interface TableStep {
  readonly name: TableName
  readonly to: string
}

/**
 * One page of `GET /edge/v1/tables/<name>?from=V&cursor=N`. `from: null` starts the table anew: the edge fills its
 * second zone and flips when `next` is null; otherwise the page is a difference applied to the live one.
 * `cursor` starts at 0. An edge sends `from` only when it has a version and `to` the version it began to load.
 */
export interface TablePage {
  readonly from: string | null
  readonly to: string
  readonly set: Readonly<Record<string, string>>
  readonly delete: readonly string[]
  readonly next: number | null
}

/** What an edge already has. `null` = nothing. */
export interface EdgeHave {
  readonly policy: string | null
  readonly keys: string | null
  readonly networks: string | null
  readonly channels: string | null
  /** Cursors of the ban list, one for each control plane it heard lately, separated by commas. */
  readonly bans: string | null
  /** The epoch it was told last: another one means that what control knew of its sessions is lost. */
  readonly epoch: string | null
}

/** Lease key, bytes sent, requests; a running stream's bytes come with 0 requests. */
export type TrafficRow = readonly [key: string, bytes: number, requests: number]

/** Lease key and reason id of a session the edge has ended by itself. */
export type EndedRow = readonly [key: string, reason: string]

/** Lease key, bytes not reported in `traffic` while it ran, seconds: of one long response that ended. */
export type ClosedRow = readonly [key: string, bytes: number, seconds: number]

/** Ban key, until (Unix milliseconds), and for an ended session the reason it is refused for. */
export type BanRow = readonly [key: string, until: number, reason?: string | undefined]

/**
 * Among the keys of lifted bans: edges forget every refusal they remember, since rules or backends say
 * otherwise now.
 */
export const EVERYTHING = '*'

/** A session the edge opened by itself while control was away. */
export interface DegradedOpening {
  readonly key: string
  readonly pass: string
  readonly channel: string
  readonly address: string
  readonly agent: string
  /** Family of the player; an older edge leaves it out. */
  readonly family?: string
  readonly at: number
}

/** `POST /edge/v1/sync`, once a second. */
export interface SyncRequest {
  readonly edge: string
  /** Random per start of nginx: a new one means that the edge's memory is empty. */
  readonly boot: string
  readonly njs: string
  readonly nginx: string
  readonly engine: string
  readonly clock: number
  readonly have: EdgeHave
  /**
   * Lease keys used since they were last reported (each at most every 20 s), at most 1,000 at a time so that
   * control answers within the second.
   */
  readonly seen: readonly string[]
  readonly traffic: readonly TrafficRow[]
  readonly closed: readonly ClosedRow[]
  readonly degraded: readonly DegradedOpening[]
  /** Sessions the edge ended by itself since the last sync. */
  readonly ended?: readonly EndedRow[]
  /** Free bytes by zone. */
  readonly free: Readonly<Record<string, number>>
  /** `http(s)://host:port` where this edge takes pushes; host `*` = where it speaks from. */
  readonly push?: string
}

/** The answer to a sync. */
export interface SyncResponse {
  readonly now: number
  /** Mark of the session state: where it changes, the edge tells of every lease it has. */
  readonly epoch?: string
  readonly policy?: EdgePolicy
  readonly keys?: EdgeKeys
  readonly tables?: readonly TableStep[]
  readonly bans?: BanChange
  /** Leases to drop, their refusal remembered. */
  readonly kill?: readonly string[]
  /** Leases to forget: their next request asks again. */
  readonly drop?: readonly string[]
  /** More waits: sync again at once. */
  readonly more?: boolean
  /** The openings of this sync are not judged yet, since those who played before come first: tell them again. */
  readonly again?: boolean
}

/** Bans since the edge's cursor, or (`full`) all of them. */
export interface BanChange {
  readonly cursor: string
  readonly full: boolean
  readonly set: readonly BanRow[]
  readonly clear: readonly string[]
}

/** Control to edge, at once: `POST /push`. Signed over `<at>.<seq>.<body>` unless it came by the unix socket. */
export interface PushMessage {
  /** The control plane that speaks: numbers rise for each by itself. */
  readonly from: string
  readonly seq: number
  readonly at: number
  readonly set: readonly BanRow[]
  readonly clear: readonly string[]
  readonly kill: readonly string[]
}

/** `GET /edge/v1/identify`: who a playlist is for. */
export interface Identity {
  /** `null`: nobody known; the edge uses `net:<network key>`. */
  readonly account: string | null
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly country: string | null
  /** Seconds the edge may remember this answer. */
  readonly ttlSec: number
}
