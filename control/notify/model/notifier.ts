import type { DestinationConfig } from '../../config/schema/destinations.ts'
import type { Notice } from './notice.ts'

/** A message: one notice, several together, or (`closing`) the note that the rest follows later. */
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

/** Parts of a message that were accepted: a long one is sent in several, an e-mail to several recipients. */
export interface Progress {
  isDone(part: string): boolean
  /** Stores that a part was accepted, before the next one is sent. */
  done(part: string): Promise<void>
}

/** A part of a message as it would be sent; the address and secret headers are left out. */
export interface PreviewPart {
  readonly title: string
  readonly contentType: string
  readonly body: string
}

/** Sends messages to one destination. */
export interface Notifier {
  /**
   * Resolves once every part of the message was accepted; parts that `progress` has are not sent again.
   * Rejects with a {@link DeliveryError} with the service's message.
   */
  send(message: Message, progress: Progress): Promise<void>
  /** What `send` would send. */
  preview(message: Message): readonly PreviewPart[]
  /** Closes connections after the message that is being sent. A second call changes nothing. */
  close(): Promise<void>
}

/** Where a notifier writes lines of its own. */
export interface NoticeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Ports of a notifier. */
export interface NotifierPorts {
  readonly log: NoticeLog
}

/** A destination with its secrets read from files. */
export type Destination = Omit<DestinationConfig, 'kind'> & {
  readonly kind: string
  /** PEM of a CA to trust besides the system's. */
  readonly ca?: string
}

/** A kind of notifier in the registry. */
export interface NotifierKind {
  /** Makes a notifier; nothing is sent yet. Throws an `Error` that names the setting which cannot work. */
  create(destination: Destination, ports: NotifierPorts): Notifier
}
