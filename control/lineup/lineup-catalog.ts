import { compileNameRules, type RuleNames } from '#domain/channels/name-test'
import type { ChannelNaming, NamesOf } from '../access/authorize/choose-backend.ts'
import type { Catalog, OpenChannel } from '../access/ports.ts'
import type { Config, GroupConfig } from '../config/schema/schema.ts'
import { askAddress, type Channel } from '../playlists/catalogue/channel.ts'
import { channelNames, otherIds } from '../playlists/catalogue/channel-names.ts'
import { leadsToArchive } from '../playlists/catalogue/leads-to-archive.ts'
import type { PlaylistSnapshot } from '../playlists/snapshot.ts'

/** The lineup with the names of its channels. */
export interface LineupCatalog extends Catalog, ChannelNaming {}

/** Snapshot and configuration, indexed for look-ups. */
export interface LineupIndex {
  readonly channels: ReadonlyMap<string, Channel>
  /** Channel ids of each group, those left out by surge among them. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  readonly leftOut: ReadonlyMap<string, ReadonlySet<string>>
  readonly groups: ReadonlyMap<string, GroupConfig>
  readonly findRule: (channel: RuleNames) => Config['channels'][number] | undefined
}

const idsOf = (channels: readonly Channel[]): Set<string> => new Set(channels.map(({ id }) => id))

/** Builds the indexes that openings use. */
export const indexLineup = (snapshot: PlaylistSnapshot | null, config: Config): LineupIndex => ({
  channels: new Map(snapshot?.channels.map((channel) => [channel.id, channel])),
  members: new Map(snapshot?.groups.map(({ id, channels }) => [id, idsOf(channels)])),
  leftOut: new Map(snapshot?.groups.map(({ id, leftOut }) => [id, idsOf(leftOut)])),
  groups: new Map(config.groups.map((group) => [group.name, group])),
  findRule: compileNameRules(
    config.channels.map((rule) => ({ match: rule.match, rule, isClosing: false })),
  ),
})

/** Whether an existing group has channels that it did not have before. */
export const hasRegained = (before: LineupIndex, after: LineupIndex): boolean => {
  const isOpen = ({ members, leftOut }: LineupIndex, group: string, id: string): boolean =>
    members.get(group)?.has(id) === true && leftOut.get(group)?.has(id) !== true
  return [...before.members.keys()].some((group) =>
    [...(after.members.get(group) ?? [])].some(
      (id) => isOpen(after, group, id) && !isOpen(before, group, id),
    ),
  )
}

/** Creates the look-ups of openings and checks. */
export const createCatalog = (
  index: () => LineupIndex,
  classify: Catalog['classify'],
): LineupCatalog => {
  const names: NamesOf = (id) => {
    const channel = index().channels.get(id)
    return channel === undefined ? [id] : channelNames(channel)
  }
  const others: NamesOf = (id) => {
    const channel = index().channels.get(id)
    return channel === undefined ? [] : otherIds(channel)
  }
  const rule: Catalog['rule'] = (id) =>
    index().findRule({ names: names(id), otherIds: () => others(id) })
  return {
    classify,
    rule,
    names,
    otherIds: others,
    channel: (id): OpenChannel | undefined => {
      const channel = index().channels.get(id)
      if (!channel) return undefined
      const { name: title, protocol, entry } = channel
      const isVod = channel.isVod || rule(id)?.vod === true
      const isArchive: OpenChannel['isArchive'] = (rest, args) =>
        leadsToArchive(channel, rest, args)
      return { id, title, protocol, askAt: askAddress(channel), isVod, isArchive, entry }
    },
    group: (name) => index().groups.get(name),
    standing: (group, channel) => {
      if (index().members.get(group)?.has(channel) !== true) return 'out'
      return index().leftOut.get(group)?.has(channel) === true ? 'surge' : 'in'
    },
  }
}
