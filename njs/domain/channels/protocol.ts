/**
 * Messages between an edge and the control plane under `/edge/v1`. Times are Unix milliseconds unless the name says
 * otherwise.
 */
import type { FailMode, GroupBinding, GroupWonBy, Language, Protocol } from '../types.ts'

export { ANSWER_HEADERS, REQUEST_HEADERS } from './protocol-headers.ts'

/** Path prefix of the API for edges, with its version. */
export const EDGE_API = '/edge/v1'

/** A group in the policy of an edge. */
export interface EdgeGroup {
  readonly id: string
  readonly failMode: FailMode
  readonly binding: GroupBinding
  readonly ticketTtlSec: number
  /** Most streams of one account, enforced by the edge itself while control is unavailable. `null` = no cap. */
  readonly cap: number | null
  /** Whether viewers that no network, country or account assigns are in this group. */
  readonly isDefault: boolean
  /** Whether viewers without an account are refused the playlist. */
  readonly requiresAccount: boolean
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countries: readonly string[]
  /** Version of the rendered playlist; it changes with every byte of it. */
  readonly listVersion: string
  /** `inferred`: players of this group play below the ticket instead of following a 302 to a pass. */
  readonly redirect: 'follow' | 'inferred'
  /** User-Agent substrings (lower case) of players that get inferred sessions whatever `redirect` says. */
  readonly inferredAgents: readonly string[]
  /** Refused openings are answered with a clip: the language of players that name none. Missing = with a status. */
  readonly slates?: Language
}

/** A configured origin in the policy of an edge. */
export interface EdgeOrigin {
  /** Host name or address, without a port. */
  readonly host: string
  /** Hosts it may redirect the edge to, besides all configured origins: a name, `*.domain`, or `*`. */
  readonly redirects: readonly string[]
  /** Whether one rewritten manifest is served to all viewers; if not, it is fetched for each. */
  readonly shares: boolean
}

/** The settings an edge decides by, except keys and tables: one JSON value in shared memory. */
export interface EdgePolicy {
  readonly version: string
  readonly groups: readonly EdgeGroup[]
  /** `scheme://host[:port]` of the addresses in playlists; `null` = those of the request. */
  readonly publicUrl: string | null
  /** Whether control is asked about openings without a token: rules, backends or signed links may admit them. */
  readonly asksWithoutToken: boolean
  /** Seconds without requests after which a pass may be used from another network. */
  readonly roamAfterSec: number
  /** Seconds since the last sync for which leases in use are extended without control. */
  readonly graceSec: number
  /** Seconds of the leases an edge grants while control is unavailable. */
  readonly graceLeaseSec: number
  /** Seconds the passes are valid that an edge signs while control is unavailable. */
  readonly gracePassSec: number
  readonly origins: readonly EdgeOrigin[]
  /** Milliseconds a rewritten manifest is cached; `null` = half its target duration. */
  readonly manifestMs: number | null
  /** Doors of apps that are shut unless a setting opens them. */
  readonly panelApi?: boolean
  /** Changes with every programme guide. */
  readonly guideVersion?: string
  /** Whether pictures come through the edge. */
  readonly hasPictures?: boolean
}

/** Signing keys by key id (`"0"` to `"255"`, secrets of 32 bytes or more as hex); `current` signs, every one verifies. */
export interface EdgeKeys {
  readonly version: string
  readonly current: number
  readonly secrets: Readonly<Record<string, string>>
}

/** The tables that are transferred in pages. */
export type TableName = 'networks' | 'channels'

/** Version of a table at control; the edge fetches its pages when it has another version. */
export interface TableStep {
  readonly name: TableName
  readonly to: string
}

/**
 * One page of `GET /edge/v1/tables/<name>?from=V&cursor=N`. With `from: null` the pages are the whole table: the edge fills its
 * idle zone and makes it live when `next` is null; otherwise they are the difference to version `from`.
 * `cursor` starts at 0. An edge sends `from` where it has a version, and `to` with the version it began to load.
 */
export interface TablePage {
  readonly from: string | null
  readonly to: string
  readonly set: Readonly<Record<string, string>>
  readonly delete: readonly string[]
  readonly next: number | null
}

/** Versions of what an edge has. `null` = it has none. */
export interface EdgeHave {
  readonly policy: string | null
  readonly keys: string | null
  readonly networks: string | null
  readonly channels: string | null
  /** Cursors in the ban feed, one for each control plane it has synced with lately, separated by commas. */
  readonly bans: string | null
  /** The epoch of its last sync: control's present one differs where Redis has lost the sessions since. */
  readonly epoch: string | null
}

/** Lease key, bytes sent, requests; 0 requests for the bytes of a running stream. */
export type TrafficRow = readonly [key: string, bytes: number, requests: number]

/** A channel, and an origin (`http://host:port`): where its players are sent to, or who writes manifests for each of them. */
export type PastRow = readonly [channel: string, origin: string]

/** A channel, and the protocol that its origin was seen to answer. */
export type ProtocolRow = readonly [channel: string, protocol: Protocol]

/** An origin, and the reason id of what it was asked for in vain. */
export type FailureRow = readonly [origin: string, reason: string]

/** Lease key and reason id of a session that the edge ended without control. */
export type EndedRow = readonly [key: string, reason: string]

/** A stream response that ended: lease key, its bytes that were not in an earlier `traffic`, its duration in seconds. */
export type ClosedRow = readonly [key: string, bytes: number, seconds: number]

/** Ban key, Unix milliseconds until which it holds, and of an ended session the reason of refusals. */
export type BanRow = readonly [key: string, until: number, reason?: string | undefined]

/**
 * As a key among lifted bans: edges drop every cached refusal, since rules or backends have changed.
 */
export const EVERYTHING = '*'

/** A session as control is asked about it by a sync: one that the edge opened while control was unavailable, or a stream that runs. */
export interface ReportedSession {
  readonly key: string
  readonly pass: string
  readonly channel: string
  readonly address: string
  readonly agent: string
  /** Family of the player; missing from older edges. */
  readonly family?: string
  readonly at: number
}

/** `POST /edge/v1/sync`, once a second. */
export interface SyncRequest {
  readonly edge: string
  /** Random id of this start of nginx: when it changes, the edge's shared memory was emptied. */
  readonly boot: string
  readonly njs: string
  readonly nginx: string
  readonly engine: string
  readonly clock: number
  readonly have: EdgeHave
  /**
   * Lease keys used since their last report (each is reported at most every 20 s), at most 1,000 so that control answers
   * within the second.
   */
  readonly seen: readonly string[]
  /** Whether more is to be reported than this; missing from older edges. */
  readonly more?: boolean
  readonly traffic: readonly TrafficRow[]
  readonly closed: readonly ClosedRow[]
  readonly degraded: readonly ReportedSession[]
  /** Streams whose leases control has recalled: they run on until control has decided, since no request of theirs will ask. */
  readonly running?: readonly ReportedSession[]
  /** Sessions that the edge ended without control since the last sync. */
  readonly ended?: readonly EndedRow[]
  /** Where origins send players past this edge, each reported once in five minutes. */
  readonly past?: readonly PastRow[]
  /** Channels whose origins answer another protocol than their addresses say. */
  readonly protocols?: readonly ProtocolRow[]
  /** Origins that were asked in vain, each reported once a minute for each reason. */
  readonly failures?: readonly FailureRow[]
  /** Channels, and their origins that write manifests for each viewer, each reported once in five minutes. */
  readonly unshared?: readonly PastRow[]
  /** Free bytes by zone. */
  readonly free: Readonly<Record<string, number>>
  /** Sentences about what is wrong with this edge's machine: a certificate that cannot be renewed. */
  readonly troubles?: readonly string[]
  /** Whether nothing can be written where this edge keeps its copies. */
  readonly diskFull?: boolean
  /** Which release nginx's files are of, and a hash of them as settings make them; missing from older edges. */
  readonly release?: string
  readonly files?: string
  /** `http(s)://host:port` where this edge accepts pushes; host `*` = the address it connects from. */
  readonly push?: string
}

/** The answer to a sync. */
export interface SyncResponse {
  readonly now: number
  /** Id of the data in Redis: when it changes, the edge reports every lease it has. */
  readonly epoch?: string
  readonly policy?: EdgePolicy
  readonly keys?: EdgeKeys
  readonly tables?: readonly TableStep[]
  readonly bans?: BanChange
  /** Leases to drop; their keys are refused from now on. */
  readonly kill?: readonly string[]
  /** Leases to drop; their next request is checked by control. */
  readonly drop?: readonly string[]
  /** Of `running`, those to end: their keys may be asked about again. */
  readonly close?: readonly string[]
  /** There is more to send: the edge syncs again at once. */
  readonly more?: boolean
  /** The edge sends `degraded` again: control decides about them after all edges have reported their older sessions. */
  readonly again?: boolean
}

/** Bans set and lifted since the edge's cursor, or with `full` all that hold. */
export interface BanChange {
  readonly cursor: string
  readonly full: boolean
  readonly set: readonly BanRow[]
  readonly clear: readonly string[]
}

/** Body of `POST /push` from control to an edge. Over TCP it is signed (HMAC) over `<at>.<seq>.<body>`. */
export interface PushMessage {
  /** Id of the sending control plane; `seq` rises for each separately. */
  readonly from: string
  readonly seq: number
  readonly at: number
  readonly set: readonly BanRow[]
  readonly clear: readonly string[]
  readonly kill: readonly string[]
}

/** Answer to `GET /edge/v1/identify`: account and group of a playlist request. */
export interface Identity {
  /** `null` = no account; the edge uses `net:<network key>`. */
  readonly account: string | null
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly country: string | null
  /** Seconds the edge may cache this answer. */
  readonly ttlSec: number
}

/** `GET /edge/v1/account`: what an app gets about its account. */
export interface AccountFacts {
  /** Unix seconds. */
  readonly createdSec: number
  /** Unix seconds; `null` = never. */
  readonly expiresSec: number | null
  /** Streams that play now. */
  readonly active: number
  /** Streams that may play; 0 = no cap. */
  readonly cap: number
  /** What the channels of its group come as: `m3u8`, `ts`. */
  readonly formats: readonly string[]
}
