import type { EdgeGroup, EdgePolicy } from '../domain/channels/protocol.ts'
import type { Ticket } from '../domain/credentials/ticket.ts'
import type { ReasonId } from '../domain/reasons.ts'
import type { Credential } from '../domain/types.ts'
import { type Classification, classify } from '../domain/viewer/classify.ts'
import { keepsGroup } from '../domain/viewer/group-binding.ts'
import { addressAndNetwork, addressText, networkText, type Request } from '../platform/request.ts'
import { verifyTicket } from '../state/known-viewers.ts'
import { classifyLocally, findGroup, knownCountry, networkGroup } from '../state/policy.ts'
import { findBan } from '../state/refusals.ts'
import { identify } from './identify.ts'

/** Account and group that a playlist is for. */
export interface Reader {
  readonly account: string
  readonly group: EdgeGroup
  readonly wonBy: Classification['wonBy']
}

/** The viewer, read once: reading the address costs as much as a look-up in shared memory. */
interface Viewer {
  readonly address: string
  readonly network: string
  /** Group whose networks have the viewer's address. */
  readonly owner: string | null
}

const readerOf = (
  policy: EdgePolicy,
  found: Classification | null,
  account: string,
): Reader | ReasonId => {
  const group = found && findGroup(policy, found.group)
  if (!found || !group) return 'group.none'
  if (group.requiresAccount && account.startsWith('net:')) return 'token.missing'
  return { account, group, wonBy: found.wonBy }
}

/** Identifies a viewer without a credential at the edge; `null` where the country is needed and unknown. */
const findHere = (r: Request, policy: EdgePolicy, viewer: Viewer): Reader | ReasonId | null => {
  const { owner, address, network } = viewer
  const matters = policy.groups.some((group) => group.countries.length > 0)
  const country = matters ? knownCountry(r, address) : null
  if (matters && owner === null && country === null) return null
  const facts = { networkGroup: owner, country, accountGroup: null }
  return readerOf(policy, classify(policy.groups, facts), `net:${network}`)
}

/** Identifies a viewer by asking control. */
const findThere = async (
  r: Request,
  policy: EdgePolicy,
  credential: Credential,
  viewer: Viewer,
): Promise<Reader | ReasonId> => {
  const { owner, address, network } = viewer
  const identity = await identify(r, credential, address)
  const account = `net:${network}`
  if (typeof identity !== 'string')
    return readerOf(
      policy,
      { group: identity.group, wonBy: identity.wonBy },
      identity.account ?? account,
    )
  // Without control nobody's country is known: what remains is the default group.
  if (credential.kind !== 'none' || identity !== 'control.unavailable') return identity
  const facts = { networkGroup: owner, country: knownCountry(r, address), accountGroup: null }
  return readerOf(policy, classify(policy.groups, facts), account)
}

/** Bans hold for readers of lists, too. */
const admitted = (reader: Reader | ReasonId, viewer: Viewer): Reader | ReasonId => {
  if (typeof reader === 'string') return reader
  const subjects = {
    account: reader.account,
    network: viewer.network,
    download: null,
    channel: '',
    family: '',
    playback: null,
  }
  return findBan(subjects, Date.now()) ?? reader
}

/** Whose lists somebody gets, or why none; a promise only where control must be asked. */
export const findReader = (
  r: Request,
  policy: EdgePolicy,
  credential: Credential,
): Reader | ReasonId | Promise<Reader | ReasonId> => {
  const owner = networkGroup(r)
  if (owner === undefined) return 'edge.not_ready'
  const viewer = { owner, ...addressAndNetwork(r) }
  const here = credential.kind === 'none' ? findHere(r, policy, viewer) : null
  if (here !== null) return admitted(here, viewer)
  return findThere(r, policy, credential, viewer).then((reader) => admitted(reader, viewer))
}

/** Whether a ticket is valid where its holder is; a promise where control must be asked for his country. */
const isKept = (
  r: Request,
  policy: EdgePolicy,
  ticket: Ticket,
  binding: EdgeGroup['binding'],
): boolean | Promise<boolean> => {
  const address = addressText(r)
  if (keepsGroup(ticket, binding, classifyLocally(r, policy, address, null))) return true
  const matters = policy.groups.some(({ countries }) => countries.length > 0)
  if (!matters || knownCountry(r, address) !== null) return false
  return identify(r, { kind: 'none' }, address).then(
    (identity) => typeof identity !== 'string' && keepsGroup(ticket, binding, identity),
  )
}

/** Whose lists the holder of a ticket gets: the ticket says so, as long as it is valid where he is. */
export const readerOfTicket = (
  r: Request,
  policy: EdgePolicy,
  text: string,
): Reader | ReasonId | Promise<Reader | ReasonId> => {
  const verdict = verifyTicket(text)
  if (!verdict.ok) return verdict.reason
  const { ticket } = verdict
  const group = findGroup(policy, ticket.group)
  if (group === null) return 'group.unknown'
  const { account, download, wonBy } = ticket
  const network = networkText(r)
  const subjects = { account, network, download, channel: '', family: '', playback: null }
  const ban = findBan(subjects, Date.now())
  if (ban !== null) return ban
  const answer = (kept: boolean): Reader | ReasonId =>
    kept ? { account, group, wonBy } : 'group.moved'
  const kept = isKept(r, policy, ticket, group.binding)
  return typeof kept === 'boolean' ? answer(kept) : kept.then(answer)
}
