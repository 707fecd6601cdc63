import type { PlayChange } from './live-play.ts'
import type { PlaySource } from './play-source.ts'

/** Settings of a source, the same for every kind. */
export interface SourceSettings {
  /** Name that distinguishes several sources of a kind; `null` where there is only one. */
  readonly name: string | null
  /** Where the server is: a URL, a host or `host:port`. Credentials in it are sent as basic authentication. */
  readonly url: string
  /** The API key or token. */
  readonly token: string
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs?: number
  /** Most connections at once. */
  readonly connections?: number
  /** Waits before each further attempt of a request, in milliseconds; their number is the number of retries. */
  readonly backoffMs?: readonly number[]
  /** Milliseconds between two polls of a server that has to be polled. */
  readonly pollMs?: number
  /** How long an end may take to be seen before it counts as `asked`, in milliseconds. */
  readonly confirmMs?: number
  /** How long a play may be missing before it counts as over, in milliseconds: servers drop and remake sessions. */
  readonly graceMs?: number
  /** Whether the certificate of a TLS server is checked; it is where left out. */
  readonly verifyTls?: boolean
  /** How long a connection on which the server reports plays may be silent, in milliseconds. */
  readonly silenceMs?: number
  /** Whether devices may be signed out. */
  readonly allowSignOut?: boolean
}

/** Ports of a source. */
export interface SourcePorts {
  /** Unix milliseconds. */
  readonly now: () => number
  /** Waits so many milliseconds between two looks, until broken off; by the process's own clock where left out. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Called with every change of the running plays, in order; its exceptions are ignored. */
  readonly onChange?: (change: PlayChange) => void
  /** Whether an address belongs to the home the server stands in, as its owner says. */
  readonly isHome?: (address: string) => boolean
  /** A play this installation watched a moment ago, before it was started anew. */
  readonly resume?: (key: string) => PlayStart | null
  /** By what servers know this installation: always the same (`X-Plex-Client-Identifier`, `DeviceId`). */
  readonly clientId?: string
}

/** What a play keeps for as long as it runs. */
export interface PlayStart {
  readonly id: string
  /** Unix milliseconds. */
  readonly startedAt: number
  /** Unix milliseconds at which its end was asked; left out or `null` where it was not. */
  readonly endAskedAt?: number | null
}

/** A kind of source in the registry. */
export interface SourceKind {
  /** The product's name as its makers write it. */
  readonly title: string
  /** Makes a source; nothing is asked yet. Throws a `SettingsError` for settings that cannot work. */
  create(settings: SourceSettings, ports: SourcePorts): PlaySource
}

/** A setting that cannot work; the message goes on from the setting's name: `needs a host, host:port or URL`. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly setting: keyof SourceSettings

  constructor(setting: keyof SourceSettings, message: string) {
    super(message)
    this.setting = setting
  }
}
