import type { Identity } from '#domain/channels/protocol'
import type { ReasonId } from '#domain/reasons'
import type { OpenPorts } from './opening.ts'
import { identifyViewer, type OpeningCredential } from './viewer.ts'

/** A playlist request as reported by the edge. */
export interface PlaylistRequest {
  readonly credential: OpeningCredential
  readonly address: string
  readonly country: string | null
  readonly now: number
}

export type IdentifyResult =
  | { readonly outcome: 'known'; readonly identity: Identity }
  | { readonly outcome: 'refused'; readonly reason: ReasonId }

/** Seconds an edge may cache an identity, and so the delay of an account's changes. */
const REMEMBER_SEC = 10

/** The account and group a playlist is made for. */
export const identifyForList = async (
  ask: PlaylistRequest,
  ports: Pick<OpenPorts, 'catalog' | 'place' | 'accounts' | 'accountById' | 'signer'>,
): Promise<IdentifyResult> => {
  const viewer = await identifyViewer(ask.credential, ports, ask.now)
  if (viewer.outcome === 'refused') return viewer
  if (viewer.foreignToken !== null) return { outcome: 'refused', reason: 'token.unknown' }
  const country = ask.country ?? ports.place(ask.address).country
  const won = ports.catalog.classify({
    address: ask.address,
    country,
    account: viewer.record?.id ?? null,
    accountGroup: viewer.record?.group ?? null,
  })
  if (!won) return { outcome: 'refused', reason: 'group.none' }
  const group = ports.catalog.group(won.group)
  if (group?.require_account === true && viewer.record === null) {
    return { outcome: 'refused', reason: 'token.missing' }
  }
  const identity = { account: viewer.account, ...won, country, ttlSec: REMEMBER_SEC }
  return { outcome: 'known', identity }
}
