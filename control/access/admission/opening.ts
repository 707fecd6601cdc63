import type { ClosedRow } from '#domain/channels/protocol'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef, GeoPlace, Protocol } from '#domain/types'
import type { Config } from '../../config/schema/schema.ts'
import type { BanStore } from '../../sessions/model/ban-store.ts'
import type { SessionStore } from '../../sessions/model/session-store.ts'
import type { Plan } from '../../store/tables/records.ts'
import type { Authorizer, Catalog, Signer } from '../ports.ts'
import type { LiveRevalidation } from '../revalidate/live-revalidation.ts'
import type { JudgeLink } from '../signed-links/secure-link.ts'
import type { KnownViewer, OpeningCredential, ViewerPorts } from './viewer.ts'

/** One opening as reported by the edge. */
export interface Opening {
  /** Idempotency key: requests with the same id are one opening. */
  readonly requestId: string
  readonly credential: OpeningCredential
  readonly channel: string
  /** Protocol as another server names it; otherwise it follows from the path. */
  readonly proto?: string | null
  /** Path after the channel, decoded. */
  readonly rest: string
  /** Query without secrets, without `?`. */
  readonly args: string
  readonly address: string
  readonly agent: string
  /** Family of the player; missing from older edges. */
  readonly family?: string | null
  readonly referer: string | null
  readonly host: string | null
  readonly playback: string | null
  /** Country where the edge knows it. */
  readonly country: string | null
  readonly edge: string
  /** Streams that ended at this edge a moment ago, whose slots are free. */
  readonly closed?: readonly ClosedRow[]
  /** Lease key of an inferred session; `null` where the player is redirected to a pass. */
  readonly inferredKey: string | null
  /** Least idle time of the session in milliseconds, for servers that report less often than players request. */
  readonly leastIdleMs?: number
  /** It runs already, and what is known of it was lost or has ended: it may go on where there is room, and takes nobody's place. */
  readonly isUnderWay?: true
  /** Whether the edge still waits for the answer; one that no longer does has decided by itself. */
  readonly isAwaited?: () => boolean
  readonly now: number
}

export type OpenAnswer =
  | {
      readonly outcome: 'admitted'
      /** Path of the pass; `null` for an inferred session. */
      readonly location: string | null
      readonly key: string
      readonly leaseMs: number
      /** Streams the account may play; 0 = no cap. */
      readonly cap: number
      /** The account it counts for. */
      readonly account: AccountRef
      readonly sid: string
      /** Lease keys of the sessions it has replaced. */
      readonly replaced: readonly string[]
    }
  | { readonly outcome: 'redirected'; readonly location: string }
  | {
      readonly outcome: 'refused'
      readonly reason: ReasonId
      /** Unix ms until which the edge may cache the refusal; 0 = it may not. */
      readonly denyUntil: number
      /** The viewer's group, as far as it was found. */
      readonly group?: string
    }

/** Properties of an opening, for events and the log. */
export interface OpenedEvent {
  readonly type: 'opened' | 'refused'
  readonly at: number
  readonly sid: string
  /** Id of the viewer's request, as the edge's access log has it. */
  readonly request: string
  readonly key: string | null
  readonly account: AccountRef
  readonly accountName: string | null
  readonly group: string | null
  readonly channel: string
  readonly title: string | null
  readonly protocol: string
  readonly isLive: boolean
  readonly address: string
  readonly network: string
  readonly place: GeoPlace
  readonly device: string
  readonly player: string
  /** Family of the player. */
  readonly family: string
  /** The whole User-Agent. */
  readonly agent: string
  /** `X-Playback-Session-Id`, where the player sends one. */
  readonly playback: string | null
  /** Protocol it was opened by: `hls`, `dash`, `mpegts`, the asking server's name for it, or `xtream` for apps that play by user and password. */
  readonly door: string
  readonly edge: string
  readonly download: string | null
  readonly tokenPrint: string | null
  readonly reason: ReasonId
}

export interface OpenPorts extends ViewerPorts {
  readonly config: () => Config
  readonly catalog: Catalog
  readonly signer: Signer
  readonly authorizer: Authorizer
  /** Links signed elsewhere. */
  readonly links?: JudgeLink
  /** Asks an origin which protocol lies at an address, in bounded time; `null` where nobody says. */
  readonly askProtocol?: (url: string) => Promise<Protocol | null>
  readonly sessions: Pick<SessionStore, 'open' | 'check' | 'close' | 'leave'>
  readonly bans: Pick<BanStore, 'find'>
  readonly counts: (channel: string) => Promise<{ totalClients: number; streamClients: number }>
  readonly place: (address: string) => GeoPlace
  readonly planOf: (name: string) => Promise<Pick<Plan, 'maxSessions' | 'maxNetworks'> | null>
  /** (account, network, player), the same without the playback id, and the player alone. */
  readonly deviceOf: (
    account: AccountRef,
    network: string,
    player: { agent: string; family?: string | null; playback: string | null },
  ) => {
    readonly device: string
    readonly kin: string
    readonly player: string
    readonly family: string
  }
  readonly record: (event: OpenedEvent) => void
  /** Repeats the authorization of sessions that a backend admitted. */
  readonly lifecycle: Pick<LiveRevalidation, 'opened'>
  /** Records the first use of a playlist download. */
  readonly downloadUsed: (viewer: KnownViewer, opening: Opening, network: string) => void
}
