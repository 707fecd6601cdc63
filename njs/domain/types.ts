/** The project's nouns. Hand-written; schemas in control are tested equal to them. Times are Unix milliseconds unless the name says otherwise. */

/** `own:<id>`, `backend:<name>:<uid>` or `net:<network key>`; the kinds never collide. */
export type AccountRef = string

/** How a viewer came into a group, strongest first. */
export type GroupWonBy = 'network' | 'country' | 'account' | 'default'

/** What new viewers get while the control plane cannot answer. */
export type FailMode = 'open' | 'closed'

/** `strict`: a ticket won by network or country opens only while its holder still classifies into the group. */
export type GroupBinding = 'strict' | 'sticky'

/** Flussonic's two ways to enforce a cap. */
export type Limitation = 'hard' | 'soft' | 'replace'

export type Protocol = 'hls' | 'dash' | 'mpegts'

/** What a request presented to prove who it is. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'xtream'; readonly username: string; readonly password: string }

/** Where an address is. `null` fields are unknown, never zero. */
export interface GeoPlace {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null
  readonly region: string | null
  readonly city: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  /** Radius of the position in km; `null` where even the region is unknown. */
  readonly accuracyKm: number | null
}

/** One playback as history keeps it and detectors read it, whatever its source. */
export interface PlayRecord extends GeoPlace {
  /** Unique within its source. */
  readonly id: string
  /** `edge:<edge id>`, `plex:<name>`, `jellyfin:<name>`, `emby:<name>`, `tautulli:<name>`, … */
  readonly source: string
  readonly account: AccountRef
  /** The name an operator knows the account by. */
  readonly accountName: string | null
  readonly group: string | null
  readonly address: string | null
  /** Network key of the address; `null` without an address. */
  readonly network: string | null
  /** Private, CGNAT, ULA or link-local as the source sees it. */
  readonly isLan: boolean
  readonly asn: number | null
  readonly asnOrg: string | null
  /** Stable id of the device; for our own edges derived (account, network key, user-agent family, playback session id). */
  readonly device: string | null
  /** What a person calls the device: platform or product. */
  readonly platform: string | null
  /** Player or app. */
  readonly client: string | null
  /** What its owner or maker calls the player: "Living Room Roku"; left out where the source does not say. */
  readonly player?: string | null
  /** Whole User-Agent, as an edge reads it; left out where the source does not say, as are the next three. */
  readonly agent?: string | null
  /** Id of the playlist copy whose ticket opened the play. */
  readonly download?: string | null
  /** `X-Playback-Session-Id` (Apple's players: one random id a playback). */
  readonly playback?: string | null
  /** Protocol of the door it came by: `hls`, `mpegts`, … */
  readonly door?: string | null
  readonly channel: string | null
  readonly title: string | null
  readonly isLive: boolean
  readonly startedAt: number
  /** Last moment it was seen playing. */
  readonly lastSeenAt: number
  /** `null` while it plays. */
  readonly endedAt: number | null
  /** Milliseconds really played, pauses left out; `null` when the source does not say. */
  readonly playedMs: number | null
  readonly bytes: number | null
  /** Why it ended or was refused: a reason id. */
  readonly reason: string | null
}

export interface Coordinates {
  readonly latitude: number
  readonly longitude: number
  /** Radius in km. */
  readonly accuracyKm: number
}
