import { networkKey } from '#domain/networks/network'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef, GeoPlace } from '#domain/types'
import { keepsGroup } from '#domain/viewer/group-binding'
import type { GroupConfig } from '../../config/schema/schema.ts'
import type { Account } from '../../store/tables/records.ts'
import type { OpenChannel } from '../ports.ts'
import type { Opening, OpenPorts } from './opening.ts'
import { identifyViewer, type KnownViewer } from './viewer.ts'

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

export type OpeningContextResult =
  | { readonly ok: true; readonly context: OpeningContext }
  | {
      readonly ok: false
      readonly reason: ReasonId
      readonly account: AccountRef | null
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

/** Identifies viewer, group and channel of an opening, or returns the reason why it is refused. */
export const openingContextOf = async (
  opening: Opening,
  ports: OpenPorts,
): Promise<OpeningContextResult> => {
  const v6Prefix = ports.config().network_key.ipv6_prefix
  const network = networkKey(opening.address, { v6Prefix })
  if (network === null)
    return { ok: false, reason: 'request.malformed', account: null, group: null }
  const viewer = await identifyViewer(opening.credential, ports, opening.now)
  const place = ports.place(opening.address)
  const country = opening.country ?? place.country
  if (viewer.outcome === 'refused') {
    const { reason, record = null } = viewer
    const group = record && classifyHere(record, opening, country, ports)?.group
    return { ok: false, reason, account: null, group: group ?? null }
  }
  const account = accountOf(viewer, network)
  const grouped = groupOf(viewer, opening, country, ports)
  if (!grouped.ok) return { ...grouped, account, group: viewer.ticket?.group ?? null }
  const chosen = channelOf(grouped.group, opening.channel, ports)
  if (!chosen.ok) return { ...chosen, account, group: grouped.group.name }
  const identity = ports.deviceOf(account, network, opening)
  const { group } = grouped
  const channel = await withProtocol(chosen.channel, ports)
  return {
    ok: true,
    context: { opening, viewer, network, account, place, country, group, channel, ...identity },
  }
}
