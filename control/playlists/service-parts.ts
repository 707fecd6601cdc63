import type { Channel } from './catalogue/channel.ts'
import type { SourceSetting } from './fetch/running-source.ts'
import type { SourceStatus } from './fetch/source.ts'
import type { FormerNames } from './former/former-names.ts'
import type { CheckOptions, GroupSelection } from './lists/list-checks.ts'
import type { SealPicture } from './lists/pictures.ts'
import type { SurgeProfile } from './lists/surge.ts'
import type { PlaylistSnapshot, ProtocolAt } from './snapshot.ts'
import type { NumbersOf } from './xtream/stream-numbers.ts'

/** Settings that may change at a reload. */
export interface PlaylistSettings {
  readonly sources: readonly SourceSetting[]
  readonly groups: readonly GroupSelection[]
  readonly surge: readonly SurgeProfile[]
  readonly checks: CheckOptions
  /** There is a guide of ours. */
  readonly hasGuide?: boolean
  /** Names pictures that come through the edge; none do where it is not set. */
  readonly sealPicture?: SealPicture
}

/** What was made ready for new lists: `take` is called as they come into use. With a refusal, why their channels together cannot be served, those before stay. */
export type PreparedLists =
  | { readonly refusal: string }
  | { readonly refusal: null; readonly take: () => void }

/** Settings of the service for its lifetime. */
export interface PlaylistServiceParts {
  readonly stateDir: string
  readonly now: () => number
  /** With every change of a list, a group or the surge. */
  readonly prepare: (snapshot: PlaylistSnapshot) => Promise<PreparedLists>
  /** Called when a source begins to fail or recovers. */
  readonly onStatus: (status: SourceStatus) => void
  /** What origins answered where addresses do not say their protocol. */
  readonly protocolAt?: ProtocolAt
  /** Remembers what channels were called; for its own time when not set. */
  readonly formerNames?: FormerNames
  /** Which of the rules by name hold for a channel. */
  readonly rulesOf?: (channel: Channel) => string
  /** Gives channels their numbers; from their ids alone when not set. */
  readonly numbersOf?: NumbersOf
  readonly fileCheckMs?: number
  /** How long a file must have been at rest before it is read. */
  readonly fileSettleMs?: number
  readonly timeoutMs?: number
}
