/** How a channel is delivered. */
export type Form = 'HLS media' | 'HLS master' | 'MPEG-TS' | 'DASH' | 'archive'

/** All forms, in the order of the table. */
export const FORMS: readonly Form[] = ['HLS media', 'HLS master', 'MPEG-TS', 'DASH', 'archive']

/** The forms made of playlists of HLS. */
export const HLS: readonly Form[] = ['HLS media', 'HLS master', 'archive']

/** A player at work on a list of channels. */
export interface Playing {
  /** What has been shown so far, in any unit that grows while it plays (seconds, pictures); null before the first. */
  readonly position: () => Promise<number | null>
  /** Whether it has ended by itself. */
  readonly isOver: () => boolean
  /** Goes to an entry of the list as a viewer does who zaps. */
  readonly zap: (entry: number) => Promise<void>
  /** What it said, for people. */
  readonly output: () => string
  readonly stop: () => Promise<void>
}

/** A player that viewers use. */
export interface Player {
  readonly name: string
  readonly version: string
  /** Whether it needs so much of the machine that no two of its kind run at once. */
  readonly isHeavy?: true
  /** The forms it plays at all. */
  readonly forms: readonly Form[]
  /** Opens a list of addresses and plays its first. */
  readonly play: (list: readonly string[], form: Form) => Promise<Playing>
}

/** A player before anything of it is fetched or started. */
export interface Kind {
  readonly name: string
  /** Finds or fetches its programs; throws a Failure where that cannot be done. */
  readonly prepare: () => Promise<Player>
}
