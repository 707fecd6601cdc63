/** A play at a server, as all three kinds show one in their own words. */
export interface StagedPlay {
  readonly user: { readonly id: string; readonly name: string }
  readonly device: {
    readonly id: string
    readonly name: string
    readonly app: string
    readonly platform: string
  }
  readonly item: {
    readonly id: string
    readonly title: string
    readonly series?: string
    /** Milliseconds. */
    readonly durationMs?: number
    /** A channel of live television. */
    readonly channel?: string
    readonly isMusic?: boolean
  }
  /** The server's own name of the session. */
  readonly session: string
  /** What the server sees the player's connection come from; none where it does not say. */
  readonly address?: string
  /** What the player's connection looks like from outside (Plex). */
  readonly publicAddress?: string
  readonly isLocal?: boolean
  readonly isRelayed?: boolean
  readonly location?: 'lan' | 'wan' | 'cellular'
  readonly state?: 'playing' | 'paused' | 'buffering'
  readonly isTranscoded?: boolean
  /** Goes on after its end was asked, as players do that ignore it. */
  readonly isDeaf?: boolean
  /** Whether the server can reach the player; it does where not said otherwise. */
  readonly canEnd?: boolean
  /** When the server last heard of it, in Unix milliseconds by the server's clock; now where not said. */
  readonly heardAt?: number
  /** Fields that replace those the server would show. */
  readonly shown?: Readonly<Record<string, unknown>>
}

/** A command that the server was given. */
export type Deed =
  | { readonly did: 'end'; readonly session: string; readonly words: string }
  | { readonly did: 'message'; readonly session: string; readonly words: string }
  | { readonly did: 'sign out'; readonly device: string }
  | {
      readonly did: 'policy'
      readonly user: string
      readonly policy: Readonly<Record<string, unknown>>
    }

/** What plays at a server, and what was done to it. */
export interface Stage {
  readonly plays: () => readonly StagedPlay[]
  /** From now on this plays; listening connections get the event. */
  play(plays: readonly StagedPlay[]): void
  /** Ends what a session shows, unless its player is deaf; whether there was such a session. */
  end(session: string, words: string): boolean
  /** Ends what a device shows: it is signed out. */
  signOut(device: string): void
  note(deed: Deed): void
  readonly deeds: () => readonly Deed[]
  /** Hears of every change; the answer stops that. */
  onChange(
    listener: (before: readonly StagedPlay[], after: readonly StagedPlay[]) => void,
  ): () => void
}

/** A stage on which nothing plays. */
export const createStage = (): Stage => {
  let plays: readonly StagedPlay[] = []
  const deeds: Deed[] = []
  const listeners = new Set<Parameters<Stage['onChange']>[0]>()
  const change = (next: readonly StagedPlay[]): void => {
    const before = plays
    plays = next
    for (const listener of listeners) listener(before, next)
  }
  return {
    plays: () => plays,
    play: change,
    end: (session, words) => {
      const found = plays.find((play) => play.session === session)
      if (found === undefined) return false
      deeds.push({ did: 'end', session, words })
      if (found.isDeaf !== true) change(plays.filter((play) => play !== found))
      return true
    },
    signOut: (device) => {
      deeds.push({ did: 'sign out', device })
      change(plays.filter((play) => play.device.id !== device))
    },
    note: (deed) => void deeds.push(deed),
    deeds: () => deeds,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
