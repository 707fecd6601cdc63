/** One entry of an M3U list, its lines kept as they were written. */
export interface PlaylistEntry {
  /** Line of the address, from 1. */
  readonly line: number
  /** Directives and comments before `#EXTINF`, then those between it and the address. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The whole `#EXTINF` line; `null` for a bare address. */
  readonly info: string | null
  /** Seconds as written; -1 or 0 is live. */
  readonly duration: number
  readonly name: string
  readonly tvgId: string
  /** `group-title`, else the `#EXTGRP` in force; parts as separated by `;`. */
  readonly titles: readonly string[]
  /** Whether the titles came from `#EXTGRP`. */
  readonly isTitledByExtgrp: boolean
  /** Absolute where the list itself had an address to resolve against. */
  readonly url: string
  /** `|User-Agent=…&Referer=…`, with its bar, or empty. */
  readonly suffix: string
}

/** A name and value as they stand in a line. */
export interface Attribute {
  readonly name: string
  readonly value: string
}

/** An M3U list, complete. */
export interface Playlist {
  /** Attributes of `#EXTM3U`. */
  readonly header: readonly Attribute[]
  /** Directives of the list itself, such as `#PLAYLIST`. */
  readonly directives: readonly string[]
  readonly entries: readonly PlaylistEntry[]
  /** Lines after the last address. */
  readonly trailing: readonly string[]
  /** What was odd but readable. */
  readonly warnings: readonly string[]
}

/** Why a list is refused. */
export interface PlaylistProblem {
  /** From 1; `null` where no single line is to blame. */
  readonly line: number | null
  readonly reason: string
}

export type ReadResult =
  | { readonly ok: true; readonly playlist: Playlist }
  | { readonly ok: false; readonly problem: PlaylistProblem }
