import { createTicketReader, type TicketVerdict } from '../domain/credentials/ticket.ts'
import type { AccountRef } from '../domain/types.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { parseJson } from '../platform/json.ts'
import { keepText, nowSec, secretOf, texts } from './memory.ts'

/** Account, group and download of a credential at its last admission by control. */
export interface RememberedViewer {
  readonly account: AccountRef
  readonly group: string
  readonly download: string | null
}

const KEPT_MS = 180_000

/** The zone also has the identities of playlist requests; keys of openings begin with `o`. */
const keyOf = (secretHash: string): string => `o${secretHash}`

/** Caches the viewer of an admitted opening for three minutes, for openings while control is unavailable. */
export const rememberViewer = (secretHash: string, viewer: RememberedViewer): void => {
  const { account, group, download } = viewer
  const text = JSON.stringify({ account, group, download })
  keepText('gh_identity', keyOf(secretHash), text, KEPT_MS)
}

/** Keys of refused openings begin with `g`. */
const groupKeyOf = (secretHash: string): string => `g${secretHash}`

/** Caches the group of a refused opening for three minutes: the next one by the same credential may be refused here. */
export const rememberGroup = (secretHash: string, group: string): void => {
  keepText('gh_identity', groupKeyOf(secretHash), group, KEPT_MS)
}

/** The group of the viewer who was admitted or refused with this credential in the last three minutes; `null` = unknown. */
export const recallGroup = (secretHash: string): string | null =>
  texts('gh_identity').get(groupKeyOf(secretHash)) ?? recallViewer(secretHash)?.group ?? null

/** The viewer admitted with this credential in the last three minutes; `null` = none. */
export const recallViewer = (secretHash: string): RememberedViewer | null => {
  const text = texts('gh_identity').get(keyOf(secretHash))
  return text === undefined ? null : parseJson<RememberedViewer>(text)
}

/** Tickets that a JavaScript context remembers: a worker has up to 256 of them, and a ticket is up to 1.4 kB. */
const MOST_TICKETS = 16

const readTicket = createTicketReader(nginxCrypto, secretOf, MOST_TICKETS)

/** Verifies a ticket now. */
export const verifyTicket = (text: string): TicketVerdict => readTicket(text, nowSec())
