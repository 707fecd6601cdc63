/** A session as the admin API shows it. */
export interface Session {
  readonly id: string
  readonly user_id: string
  readonly user_name: string | null
  readonly name: string
  readonly ip: string
  readonly state: string
  readonly source: string
}

/** A finding of the admin API. */
export interface Finding {
  readonly rule: string
  readonly acted: string | null
}

/** A media server of the admin API. */
export interface Status {
  readonly name: string
  readonly state: string
  readonly signIn: string
  readonly problem: string | null
  readonly plays: number
}
