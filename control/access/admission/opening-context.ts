import { networkKey } from '#domain/networks/network'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef, GeoPlace } from '#domain/types'
import { keepsGroup } from '#domain/viewer/group-binding'
import type { GroupConfig } from '../../config/schema/schema.ts'
import type { Account } from '../../store/tables/records.ts'
import type { OpenChannel } from '../ports.ts'
import type { Asker } from './opened-event.ts'
import type { Opening, OpenPorts } from './opening.ts'
import { identifyViewer, type KnownViewer, OWN } from './viewer.ts'

/** The identified viewer, network, group, channel and device of an opening. */
export interface OpeningContext {
  readonly opening: Opening
  readonly viewer: KnownViewer
  readonly network: string
  readonly account: AccountRef
  readonly place: GeoPlace
  readonly country: string | null
  readonly group: GroupConfig
  readonly channel: OpenChannel
  readonly device: string
  readonly kin: string
  readonly player: string
  readonly family: string
}

/** Where a viewer is, as far as events tell it. */
type Where = Pick<Asker, 'account' | 'network' | 'place'> & {
  readonly group: Pick<GroupConfig, 'name'> | string | null
}

export type OpeningContextResult =
  | { readonly ok: true; readonly context: OpeningContext }
  | {
      readonly ok: false
      readonly reason: ReasonId
      /** Who is refused; `null` = nobody known. */
      readonly asker: Asker | null
      /** Name of the viewer's group, as far as it was found. */
      readonly group: string | null
    }

type GroupAnswer =
  | { readonly ok: true; readonly group: GroupConfig }
  | { readonly ok: false; readonly reason: ReasonId }

/** The group of an account, or of nobody, at the opening's address. */
const classifyHere = (
  record: Account | null,
  { address }: Opening,
  country: string | null,
  { catalog }: OpenPorts,
) =>
  catalog.classify({
    address,
    country,
    account: record?.id ?? null,
    accountGroup: record?.group ?? null,
  })

/** The viewer's group: the ticket's, if its group binding allows it at this address, else by classification. */
const groupOf = (
  viewer: KnownViewer,
  opening: Opening,
  country: string | null,
  ports: OpenPorts,
): GroupAnswer => {
  const { catalog } = ports
  const here = classifyHere(viewer.record, opening, country, ports)
  if (!viewer.ticket) {
    const group = here ? catalog.group(here.group) : undefined
    return group ? { ok: true, group } : { ok: false, reason: 'group.none' }
  }
  const group = catalog.group(viewer.ticket.group)
  if (!group) return { ok: false, reason: 'group.unknown' }
  return keepsGroup(viewer.ticket, ports.config().edge.group_binding, here)
    ? { ok: true, group }
    : { ok: false, reason: 'group.moved' }
}

const channelOf = (
  group: GroupConfig,
  id: string,
  ports: OpenPorts,
): { ok: true; channel: OpenChannel } | { ok: false; reason: ReasonId } => {
  const channel = ports.catalog.channel(id)
  if (!channel) return { ok: false, reason: 'channel.unknown' }
  const standing = ports.catalog.standing(group.name, id)
  if (standing === 'in') return { ok: true, channel }
  return { ok: false, reason: standing === 'surge' ? 'channel.surge' : 'channel.not_in_group' }
}

/** The channel with the protocol that its origin answers with, where the list does not say. */
const withProtocol = async (
  channel: OpenChannel,
  { askProtocol }: OpenPorts,
): Promise<OpenChannel> => {
  if (channel.askAt === null || askProtocol === undefined) return channel
  return { ...channel, protocol: (await askProtocol(channel.askAt)) ?? channel.protocol }
}

/** The viewer's account; without one, the network's (`net:<network key>`), also with a ticket from another network. */
const accountOf = (viewer: KnownViewer, network: string): AccountRef =>
  viewer.account !== null && !viewer.account.startsWith('net:') ? viewer.account : `net:${network}`

const NOBODY: Pick<KnownViewer, 'ticket' | 'tokenPrint'> = { ticket: null, tokenPrint: null }

/** An account of ours; nobody's without a record. */
const ownRef = (record: Account | null): AccountRef => `${OWN}${record?.id ?? ''}`

/** A viewer for events: one with a valid ticket or an account of ours; `null` for any other. */
export const askerOf = (
  { record, ticket, tokenPrint }: Pick<KnownViewer, 'record' | 'ticket' | 'tokenPrint'>,
  { account, network, place, group }: Where,
): Asker | null =>
  record === null && ticket === null
    ? null
    : {
        account,
        accountName: record?.name ?? null,
        group: typeof group === 'string' ? group : (group?.name ?? null),
        network,
        place,
        download: ticket?.download ?? null,
        tokenPrint,
      }

/** Identifies viewer, group and channel of an opening, or returns the reason why it is refused. */
export const openingContextOf = async (
  opening: Opening,
  ports: OpenPorts,
): Promise<OpeningContextResult> => {
  const v6Prefix = ports.config().network_key.ipv6_prefix
  const network = networkKey(opening.address, { v6Prefix })
  if (network === null) return { ok: false, reason: 'request.malformed', asker: null, group: null }
  const viewer = await identifyViewer(opening.credential, ports, opening.now)
  const place = ports.place(opening.address)
  const country = opening.country ?? place.country
  if (viewer.outcome === 'refused') {
    const { reason, record = null } = viewer
    const group = (record && classifyHere(record, opening, country, ports)?.group) ?? null
    const asker = askerOf({ ...NOBODY, record }, { network, place, group, account: ownRef(record) })
    return { ok: false, reason, asker, group }
  }
  const account = accountOf(viewer, network)
  const grouped = groupOf(viewer, opening, country, ports)
  const refused = (reason: ReasonId, group: string | null): OpeningContextResult => ({
    ok: false,
    reason,
    group,
    asker: askerOf(viewer, { account, network, place, group }),
  })
  if (!grouped.ok) return refused(grouped.reason, viewer.ticket?.group ?? null)
  const chosen = channelOf(grouped.group, opening.channel, ports)
  if (!chosen.ok) return refused(chosen.reason, grouped.group.name)
  const identity = ports.deviceOf(account, network, opening)
  const { group } = grouped
  const channel = await withProtocol(chosen.channel, ports)
  const { device, kin, player, family } = identity
  // Written out: an object spread is several times as large and slow.
  const context: OpeningContext = {
    opening,
    viewer,
    network,
    account,
    place,
    country,
    group,
    channel,
    device,
    kin,
    player,
    family,
  }
  return { ok: true, context }
}
