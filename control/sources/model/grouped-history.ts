/** A row of grouped history in the form of Tautulli's `get_history`; every field may be missing, null or of another type. */
export interface GroupedRow {
  readonly [field: string]: unknown
  /** Unix seconds. */
  readonly started?: number | string | null
  readonly stopped?: number | string | null
  /** Seconds really played, by either of two names. */
  readonly play_duration?: number | string | null
  readonly duration?: number | string | null
  readonly platform?: string | null
  readonly player?: string | null
  readonly ip_address?: string | null
  readonly machine_id?: string | null
  readonly full_title?: string | null
  readonly title?: string | null
}

/** A user in the form of Tautulli's `get_users_table`. */
export interface GroupedUser {
  readonly user_id: unknown
  readonly friendly_name?: string | null
  readonly username?: string | null
}

/** A place in the form of Tautulli's `get_geoip_lookup`; coordinates in degrees. */
export interface GroupedPlace {
  readonly city?: string | null
  readonly region?: string | null
  readonly country?: string | null
  readonly latitude?: number | string | null
  readonly longitude?: number | string | null
}

/** Which grouped rows to read. */
export interface GroupedQuery {
  /** `null` for everybody. */
  readonly user: string | null
  /** The server's local date `YYYY-MM-DD` of the first plays wanted. */
  readonly after: string
  /** The most rows to read. */
  readonly length: number
}

/** History as the server groups it, unread and unmended: what the compat report computes with. Every method throws a `SourceError`. */
export interface GroupedHistory {
  users(length: number): Promise<readonly GroupedUser[]>
  rows(query: GroupedQuery): Promise<readonly GroupedRow[]>
  /** `null` where the server's answer holds no place. */
  locate(address: string): Promise<GroupedPlace | null>
}
