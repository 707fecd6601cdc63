import type { Config, GroupConfig, SurgeConfig } from '../config/schema.ts'
import { buildCatalogue, type NamedPlaylist } from '../playlists/catalogue.ts'
import type { Channel } from '../playlists/channel.ts'
import { buildChannelTable } from '../playlists/channel-table.ts'
import type { Playlist } from '../playlists/playlist.ts'
import { type RenderedList, renderList } from '../playlists/render-list.ts'
import { selectChannels } from '../playlists/selection.ts'
import { applySurge } from '../playlists/surge.ts'

/** A group with what it may watch now. */
export interface LineupGroup {
  readonly config: GroupConfig
  /** Everything it may watch in quiet times. */
  readonly channels: ReadonlyMap<string, Channel>
  /** Left out by surge for the time being. */
  readonly leftOut: ReadonlyMap<string, Channel>
  readonly list: RenderedList
  /** Surge profiles in force. */
  readonly surge: readonly SurgeConfig[]
}

/** Who may watch what, at one moment; never changed, only replaced. */
export interface Lineup {
  readonly channels: ReadonlyMap<string, Channel>
  readonly groups: ReadonlyMap<string, LineupGroup>
  readonly channelTable: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

export interface LineupInput {
  readonly config: Config
  readonly lists: readonly NamedPlaylist[]
  /** Names of the surge profiles that are on. */
  readonly surgeOn: ReadonlySet<string>
}

const byId = (channels: readonly Channel[]): Map<string, Channel> =>
  new Map(channels.map((channel) => [channel.id, channel]))

const markVod = (channel: Channel, config: Config): Channel => {
  const rule = config.channels.find(({ match }) => new RegExp(match, 'u').test(channel.id))
  return rule?.vod === true && !channel.isVod ? { ...channel, isVod: true } : channel
}

const buildGroup = (
  group: GroupConfig,
  channels: readonly Channel[],
  context: { readonly input: LineupInput; readonly playlists: ReadonlyMap<string, Playlist> },
): LineupGroup => {
  const { config, surgeOn } = context.input
  const surge = config.surge.filter(({ name, group: of }) => of === group.name && surgeOn.has(name))
  const selected = selectChannels(channels, group.channels)
  const { kept, leftOut } = applySurge(selected, surge)
  const sources = new Set(kept.map(({ source }) => source))
  const playlists = [...context.playlists].filter(([name]) => sources.has(name)).map(([, it]) => it)
  const list = renderList(kept, playlists)
  return { config: group, channels: byId(selected), leftOut: byId(leftOut), list, surge }
}

/** Puts sources, groups and surge together. */
export const buildLineup = (input: LineupInput): Lineup => {
  const { config, lists } = input
  const catalogue = buildCatalogue(lists)
  const channels =
    config.channels.length === 0
      ? catalogue.channels
      : catalogue.channels.map((channel) => markVod(channel, config))
  const groups = config.groups.map((group) =>
    buildGroup(group, channels, { input, playlists: catalogue.playlists }),
  )
  const table = buildChannelTable(
    channels,
    groups.map((group) => ({
      id: group.config.name,
      channels: [...group.channels.values()],
      leftOut: [...group.leftOut.values()],
    })),
  )
  return {
    channels: byId(channels),
    groups: new Map(groups.map((group) => [group.config.name, group])),
    channelTable: table,
    warnings: catalogue.warnings,
  }
}
