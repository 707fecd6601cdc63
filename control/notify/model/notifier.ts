import type { DestinationConfig } from '../../config/schema/destinations.ts'
import type { Notice } from './notice.ts'

/** What is sent at once: one notice, several together, or the line that says that the rest follows later. */
export interface Message {
  /** The same message always has the same id, however often it is tried. */
  readonly id: string
  readonly kind: 'notices' | 'closing'
  /** When it was put together, Unix milliseconds. */
  readonly at: number
  /** At least one; none with `closing`. */
  readonly notices: readonly Notice[]
  /** `closing`: when the next message is possible, Unix milliseconds. */
  readonly until: number | null
}

/** Which parts of a message the far end has taken: a long one goes in several, an e-mail to several people. */
export interface Progress {
  isDone(part: string): boolean
  /** Remembers a part before the next one is sent. */
  done(part: string): Promise<void>
}

/** A part of a message as it would be sent; the address and secret headers are left out. */
export interface PreviewPart {
  readonly title: string
  readonly contentType: string
  readonly body: string
}

/** Tells somebody about findings. */
export interface Notifier {
  /**
   * Settled once the far end has taken every part of the message; parts that `progress` knows are not sent again.
   * Rejects with a {@link DeliveryError} in the far end's own words when it does not.
   */
  send(message: Message, progress: Progress): Promise<void>
  /** What `send` would send. */
  preview(message: Message): readonly PreviewPart[]
  /** Lets go of connections, after what is being sent. A second call changes nothing. */
  close(): Promise<void>
}

/** Where a notifier writes lines of its own. */
export interface NoticeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What a notifier takes from its surroundings. */
export interface NotifierPorts {
  readonly log: NoticeLog
}

/** A destination as a channel uses it: secrets read, files opened. */
export type Destination = Omit<DestinationConfig, 'kind'> & {
  readonly kind: string
  /** PEM of the CA to trust beside the known ones. */
  readonly ca?: string
}

/** A kind of notifier in the registry. */
export interface NotifierKind {
  /** Makes a notifier; nothing is sent yet. Throws an `Error` that names the setting which cannot work. */
  create(destination: Destination, ports: NotifierPorts): Notifier
}
