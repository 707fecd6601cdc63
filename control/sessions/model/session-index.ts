/** Where a session is found besides its account's state: maps a lease key to its account. */
export interface IndexEntry {
  readonly tag: string
  readonly key: string
  readonly sid: string
  readonly channel: string
  readonly network: string
  /** Empty without one. */
  readonly download: string
  readonly idleMs: number
}

/** A session's place: account tag and lease key. */
export interface SessionLocation {
  readonly tag: string
  readonly key: string
}

/** Secondary index of sessions. Entries may be late or stale: the account's state decides. */
export interface SessionIndex {
  /**
   * Adds a session that is new or has moved; `until` is when its slot expires (Unix ms). It can be found once the
   * promise resolves. `isNoted`: the engine has noted it in the same step as it was opened.
   */
  put(entry: IndexEntry, until: number, isNoted?: boolean): Promise<void>
  /** Renews sessions. */
  touch(entries: readonly IndexEntry[], now: number): void
  /** Removes an ended session; its lease key stays known for a while. */
  remove(entry: IndexEntry): void
  /** Removes the entry of a session that no longer exists. */
  removeLocation(place: SessionLocation): void
  /** Removes stale entries. */
  prune(now: number): Promise<void>
  find(keys: readonly string[]): Promise<Map<string, IndexEntry>>
  findSid(sid: string): Promise<SessionLocation | null>
  ofDownload(id: string): Promise<SessionLocation[]>
  ofNetwork(network: string): Promise<SessionLocation[]>
  ofChannel(channel: string): Promise<SessionLocation[]>
  inShard(shard: number): Promise<SessionLocation[]>
  /** Sessions whose time was up at `now`. */
  due(shard: number, now: number): Promise<SessionLocation[]>
  countAll(now: number): Promise<number>
  countChannels(now: number, channels?: readonly string[]): Promise<Map<string, number>>
}

/** `<tag><key>`, as sorted sets hold it. */
export const memberOf = (place: SessionLocation): string => place.tag + place.key

/** Reads a member of a sorted set. */
export const locationOf = (member: string): SessionLocation => ({
  tag: member.slice(0, 16),
  key: member.slice(16),
})
