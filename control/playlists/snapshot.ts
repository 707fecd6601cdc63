import type { Protocol } from '#domain/types'
import { buildCatalogue, type Catalogue, type NamedPlaylist } from './catalogue/catalogue.ts'
import { type Channel, listedAddress } from './catalogue/channel.ts'
import { buildChannelTable, type GroupChannels } from './catalogue/channel-table.ts'
import { mapInTurns } from './catalogue/yield-to-event-loop.ts'
import { FormerNames } from './former/former-names.ts'
import { createOwnRecords } from './former/records.ts'
import { type CheckOptions, checkChannels, type GroupSelection } from './lists/list-checks.ts'
import type { SealPicture } from './lists/pictures.ts'
import { type RenderedList, renderList } from './lists/render-list.ts'
import { compileSelection, selectChannels } from './lists/selection.ts'
import { applySurge, type SurgeProfile } from './lists/surge.ts'
import type { Playlist } from './m3u/playlist.ts'
import type { NumbersOf } from './xtream/stream-numbers.ts'

/** All lists and tables made from the sources' present lists and the groups' selections. */
export interface PlaylistSnapshot {
  readonly channels: readonly Channel[]
  readonly groups: readonly GroupChannels[]
  /** A group's rendered list by group id. */
  readonly lists: ReadonlyMap<string, RenderedList>
  /** The edges' channel table. */
  readonly table: ReadonlyMap<string, string>
  /** Numbers that apps call channels by, by channel id. */
  readonly numbers: ReadonlyMap<string, number>
  readonly warnings: readonly string[]
}

/** The protocol that an origin has answered with at an address. */
export type ProtocolAt = (url: string) => Protocol | null

/** A channel with the protocol that its origin answered with, where its list does not say, or says another; the same object where that is no news. */
export const withLearnedProtocol = (channel: Channel, protocolAt: ProtocolAt): Channel => {
  const protocol = protocolAt(listedAddress(channel))
  const isKnown = channel.isLearned === true || !channel.isUnsure
  if (protocol === null || (isKnown && protocol === channel.protocol)) return channel
  return { ...channel, protocol, isLearned: true, isUnsure: true }
}

/** Input of a snapshot. */
export interface SnapshotInput {
  readonly lists: readonly NamedPlaylist[]
  readonly groups: readonly GroupSelection[]
  /** Surge profiles in force. */
  readonly surge: readonly SurgeProfile[]
  readonly checks: CheckOptions
  readonly numbersOf: NumbersOf
  /** What the origin answers at an address that does not say its protocol; `null` where it was not asked yet. */
  readonly protocolAt?: ProtocolAt
  /** What channels were called before; nothing where not set. */
  readonly formerNames?: FormerNames
  /** Surge profiles, in force or not. */
  readonly profiles?: readonly SurgeProfile[]
  /** Which of the rules by name hold for a channel. */
  readonly rulesOf?: (channel: Channel) => string
  /** There is a guide of ours. */
  readonly hasGuide?: boolean
  /** Names pictures that come through the edge. */
  readonly sealPicture?: SealPicture
}

const playlistsOf = (catalogue: Catalogue, group: GroupSelection): Playlist[] => {
  const wanted = new Set(group.channels.sources)
  return [...catalogue.playlists]
    .filter(([source]) => wanted.size === 0 || wanted.has(source))
    .map(([, playlist]) => playlist)
}

/** The listed channels with what is known of their origins and of their addresses. */
const channelsOf = async (listed: Catalogue, input: SnapshotInput): Promise<Channel[]> => {
  const { protocolAt = () => null, rulesOf = () => '', profiles = input.surge } = input
  const { formerNames = new FormerNames(createOwnRecords(), () => 0) } = input
  const channels = await mapInTurns(listed.channels, (channel) =>
    withLearnedProtocol(channel, protocolAt),
  )
  const selections = [...input.groups, ...profiles].map((it) => compileSelection(it.channels))
  return await formerNames.settle(channels, { selections, rulesOf })
}

/** Builds all lists and the channel table; the same of the same input and numbers; lets others run in between. */
export const buildSnapshot = async (input: SnapshotInput): Promise<PlaylistSnapshot> => {
  const listed = await buildCatalogue(input.lists)
  const catalogue = { ...listed, channels: await channelsOf(listed, input) }
  const groups: GroupChannels[] = []
  const lists = new Map<string, RenderedList>()
  for (const group of input.groups) {
    const channels = await selectChannels(catalogue.channels, group.channels)
    const { kept, leftOut } = await applySurge(
      channels,
      input.surge.filter((profile) => profile.group === group.id),
    )
    groups.push({ id: group.id, channels, leftOut })
    const options = {
      renumber: group.renumber ?? false,
      hasGuide: input.hasGuide ?? false,
      ...(input.sealPicture === undefined ? {} : { sealPicture: input.sealPicture }),
    }
    lists.set(group.id, await renderList(kept, playlistsOf(catalogue, group), options))
  }
  const { channels } = catalogue
  const checks = await checkChannels(channels, input.groups, input.checks)
  const warnings = [...catalogue.warnings, ...checks]
  const numbers = await input.numbersOf(channels.map(({ id }) => id))
  const table = await buildChannelTable(channels, groups, numbers)
  return { channels, groups, lists, table, numbers, warnings }
}
