import { createHash } from 'node:crypto'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { AccountService } from '../../accounts/account-service.ts'
import type { Account } from '../../store/tables/records.ts'
import type { Signer, TicketClaims } from '../ports.ts'

/**
 * Credential of an opening, as parsed by the doors of `njs/domain/doors`. `token: null` = none, or
 * a signed link's arguments.
 */
export type OpeningCredential =
  | { readonly kind: 'ticket'; readonly ticket: string }
  | { readonly kind: 'token'; readonly token: string | null }
  | { readonly kind: 'xtream'; readonly username: string; readonly password: string }

/** An identified viewer. */
export interface KnownViewer {
  readonly outcome: 'known'
  /** `null` = no account: the network is counted instead. */
  readonly account: AccountRef | null
  readonly record: Account | null
  readonly ticket: TicketClaims | null
  /** A token that no account of Gatehouse has; only an auth backend can decide about it. */
  readonly foreignToken: string | null
  /** Fingerprint for logs. */
  readonly tokenPrint: string | null
}

export type ViewerResult =
  | KnownViewer
  | {
      readonly outcome: 'refused'
      readonly reason: ReasonId
      /** The account that may not watch now. */
      readonly record?: Account
    }

export interface ViewerPorts {
  readonly accounts: Pick<AccountService, 'identify' | 'standing'>
  readonly accountById: (id: string) => Promise<Account | null>
  readonly signer: Pick<Signer, 'readTicket'>
}

/** Begins the references of accounts of ours. */
export const OWN = 'own:'

/** First characters of a token's hash: enough to find it in a log, too few to use it. */
export const fingerprint = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex').slice(0, 8)

const known = (fields: Partial<KnownViewer>): KnownViewer => ({
  outcome: 'known',
  account: null,
  record: null,
  ticket: null,
  foreignToken: null,
  tokenPrint: null,
  ...fields,
})

const refused = (reason: ReasonId, record?: Account): ViewerResult => ({
  outcome: 'refused',
  reason,
  ...(record === undefined ? {} : { record }),
})

/** The id of an own account, or `null` for the other kinds. */
export const ownId = (account: AccountRef): string | null =>
  account.startsWith(OWN) ? account.slice(OWN.length) : null

const fromTicket = async (
  ticket: string,
  ports: ViewerPorts,
  now: number,
): Promise<ViewerResult> => {
  const reading = ports.signer.readTicket(ticket, now)
  if (!reading.ok) return refused(reading.reason)
  const { claims } = reading
  const id = ownId(claims.account)
  const tokenPrint = claims.download
  if (id === null) return known({ account: claims.account, ticket: claims, tokenPrint })
  const record = await ports.accountById(id).catch(() => undefined)
  // The database is unreachable and the account is not cached: the ticket's signature is trusted.
  if (record === undefined) return known({ account: claims.account, ticket: claims, tokenPrint })
  const reason = ports.accounts.standing(record, now)
  if (reason !== null && record !== null) return refused(reason, record)
  if (reason !== null) return refused(reason)
  return known({ account: claims.account, record, ticket: claims, tokenPrint })
}

/** Verifies a ticket, a token, or user and password; returns the viewer or the reason of the refusal. */
export const identifyViewer = async (
  presented: OpeningCredential,
  ports: ViewerPorts,
  now: number,
): Promise<ViewerResult> => {
  if (presented.kind === 'ticket') return await fromTicket(presented.ticket, ports, now)
  if (presented.kind === 'token' && presented.token === null) return known({})
  const credential =
    presented.kind === 'token'
      ? ({ kind: 'token', token: presented.token ?? '' } as const)
      : ({ kind: 'xtream', username: presented.username, password: presented.password } as const)
  const answer = await ports.accounts.identify(credential, now)
  const secret =
    presented.kind === 'token'
      ? (presented.token ?? '')
      : `${presented.username}:${presented.password}`
  const tokenPrint = fingerprint(secret)
  if (answer.outcome === 'known') {
    return known({ account: `${OWN}${answer.account.id}`, record: answer.account, tokenPrint })
  }
  if (answer.reason === 'token.unknown' && presented.kind === 'token') {
    return known({ foreignToken: presented.token, tokenPrint })
  }
  return refused(answer.reason, answer.account)
}
