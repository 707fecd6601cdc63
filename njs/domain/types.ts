/** Types that edge and control plane share; tests keep the schemas in control equal to them. Times are Unix milliseconds unless the name says otherwise. */

/** `own:<id>`, `backend:<name>:<uid>`, `server:<name>:<user id>` or `net:<network key>`. */
export type AccountRef = string

/** What assigned a viewer to a group, in order of precedence. */
export type GroupWonBy = 'network' | 'country' | 'account' | 'default'

/** Whether new sessions are admitted (`open`) or refused (`closed`) while the control plane is unavailable. */
export type FailMode = 'open' | 'closed'

/** `strict`: a ticket whose group was assigned by network or country is valid only while the viewer is classified into that group. */
export type GroupBinding = 'strict' | 'sticky'

/** How a cap is enforced: Flussonic's `hard` and `soft` limitation of sessions, or `replace`: a device's new channel replaces its old one (docs/caps.md). */
export type Limitation = 'hard' | 'soft' | 'replace'

export type Protocol = 'hls' | 'dash' | 'mpegts'

/** The credential of a request. */
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
  /** Another maker's file names another country. */
  readonly isCountryDisputed?: true
}

/**
 * What a source leaves open of a play's times, where its start is not given: `end` only the end is, and the start counted
 * back from it; `sittings` one row stands for several sittings; `moment` a row of no length.
 */
export type LooseTiming = 'end' | 'sittings' | 'moment'

/** How a media server delivers a play: as it is, in another container, converted. */
export type Delivery = 'direct play' | 'direct stream' | 'transcode'

/** One playback as history keeps it and detectors read it, whatever its source. */
export interface PlayRecord extends Omit<GeoPlace, 'isCountryDisputed'> {
  /** Unique within its source. */
  readonly id: string
  /** `edge:<edge id>`, `plex:<name>`, `jellyfin:<name>`, `emby:<name>`, `tautulli:<name>`, … */
  readonly source: string
  readonly account: AccountRef
  /** Display name of the account. */
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
  /** Platform or product of the device. */
  readonly platform: string | null
  /** Player or app. */
  readonly client: string | null
  /** Name of the player as its owner or maker gave it ("Living Room Roku"); missing where the source has none. */
  readonly player?: string | null
  /** Whole User-Agent; missing, as the next three, where the source has none. */
  readonly agent?: string | null
  /** Id of the playlist download whose ticket opened the play. */
  readonly download?: string | null
  /** `X-Playback-Session-Id` (Apple's players: one random id a playback). */
  readonly playback?: string | null
  /** Protocol it was opened by: `hls`, `mpegts`, … */
  readonly door?: string | null
  /** Set where the times are not those of one sitting; such a play proves no overlap. Left out where they are exact. */
  readonly timing?: LooseTiming | null
  readonly channel: string | null
  readonly title: string | null
  readonly isLive: boolean
  /** Whether it is music and nothing to watch; missing where the source does not say. */
  readonly isMusic?: boolean | null
  /** The heaviest way a media server delivered it; missing where nobody says, and at edges. */
  readonly delivery?: Delivery | null
  readonly startedAt: number
  /** When it was last seen playing. */
  readonly lastSeenAt: number
  /** `null` while it plays. */
  readonly endedAt: number | null
  /** Milliseconds played, without pauses; `null` where the source does not report it. */
  readonly playedMs: number | null
  readonly bytes: number | null
  /** Reason id of its end or refusal. */
  readonly reason: string | null
}

export interface Coordinates {
  readonly latitude: number
  readonly longitude: number
  /** Radius in km. */
  readonly accuracyKm: number
}

/** A language that viewers are answered in. */
export type Language = 'en' | 'ru'
