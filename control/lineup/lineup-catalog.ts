import { compileNameRules, type RuleNames } from '#domain/channels/name-test'
import { memoizeOf } from '#domain/memoize'
import type { ChannelNaming, NamesOf } from '../access/authorize/choose-backend.ts'
import type { Catalog, OpenChannel } from '../access/ports.ts'
import type { Config, GroupConfig } from '../config/schema/schema.ts'
import { askAddress, type Channel, type EntryNames } from '../playlists/catalogue/channel.ts'
import { channelNames, otherIds } from '../playlists/catalogue/channel-names.ts'
import { leadsToArchive } from '../playlists/catalogue/leads-to-archive.ts'
import { eachInTurns } from '../playlists/catalogue/yield-to-event-loop.ts'
import { calledAs } from '../playlists/former/entry-names.ts'
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

const idsOf = async (channels: readonly Channel[]): Promise<Set<string>> => {
  const ids = new Set<string>()
  await eachInTurns(channels, ({ id }) => ids.add(id))
  return ids
}

/** Builds the indexes that openings use. */
export const indexLineup = async (
  snapshot: PlaylistSnapshot,
  config: Config,
): Promise<LineupIndex> => {
  const channels = new Map<string, Channel>()
  const members = new Map<string, ReadonlySet<string>>()
  const leftOut = new Map<string, ReadonlySet<string>>()
  await eachInTurns(snapshot.channels, (channel) => channels.set(channel.id, channel))
  for (const group of snapshot.groups) {
    members.set(group.id, await idsOf(group.channels))
    leftOut.set(group.id, await idsOf(group.leftOut))
  }
  return { ...noChannels(config), channels, members, leftOut }
}

/** The indexes before there are lists. */
export const noChannels = (config: Config): LineupIndex => ({
  channels: new Map(),
  members: new Map(),
  leftOut: new Map(),
  groups: new Map(config.groups.map((group) => [group.name, group])),
  findRule: compileNameRules(
    config.channels.map((rule) => ({ match: rule.match, rule, isClosing: false })),
  ),
})

/** Whether an existing group has channels that it did not have before. */
export const hasRegained = async (before: LineupIndex, after: LineupIndex): Promise<boolean> => {
  const isOpen = ({ members, leftOut }: LineupIndex, group: string, id: string): boolean =>
    members.get(group)?.has(id) === true && leftOut.get(group)?.has(id) !== true
  let isRegained = false
  for (const group of before.members.keys())
    await eachInTurns(after.members.get(group) ?? [], (id) => {
      isRegained ||= isOpen(after, group, id) && !isOpen(before, group, id)
    })
  return isRegained
}

type Rule = Config['channels'][number]

/** The names of a channel, or of one as it was called or others of its address are. */
export const ruleNames = (channel: Channel): RuleNames => ({
  names: channelNames(channel),
  otherIds: () => otherIds(channel),
})

const cap = (value: number | null | undefined): number =>
  value === null || value === undefined || value === 0 ? Number.POSITIVE_INFINITY : value

/** A rule as narrow as the one that holds by other names. */
const narrowed = (own: Rule | undefined, other: Rule | undefined): Rule | undefined => {
  if (own === undefined || other === undefined) return own ?? other
  return cap(other.max_sessions) < cap(own.max_sessions)
    ? { ...own, max_sessions: other.max_sessions }
    : own
}

/** Creates the look-ups of openings and checks. */
export const createCatalog = (
  index: () => LineupIndex,
  classify: Catalog['classify'],
): LineupCatalog => {
  const find = (id: string): Channel | undefined => index().channels.get(id)
  const names: NamesOf = (id) => {
    const channel = find(id)
    return channel === undefined ? [id] : channelNames(channel)
  }
  const others: NamesOf = (id) => {
    const channel = find(id)
    return channel === undefined ? [] : otherIds(channel)
  }
  const namesAs = (id: string, called: readonly EntryNames[]): RuleNames[] => {
    const channel = find(id)
    return channel === undefined ? [] : called.map((it) => ruleNames(calledAs(channel, it)))
  }
  const former = (id: string) => (find(id)?.former ?? []).map((called) => namesAs(id, called))
  const beside = (id: string) => namesAs(id, find(id)?.beside ?? [])
  const rule: Catalog['rule'] = memoizeOf(index, (id) => {
    const { findRule } = index()
    const own = findRule({ names: names(id), otherIds: () => others(id) })
    return [...former(id).flat(), ...beside(id)].reduce(
      (rules, it) => narrowed(rules, findRule(it)),
      own,
    )
  })
  const channelOf: Catalog['channel'] = memoizeOf(index, (id): OpenChannel | undefined => {
    const channel = find(id)
    if (!channel) return undefined
    const { name: title, protocol, entry } = channel
    const isVod = channel.isVod || rule(id)?.vod === true
    const isArchive: OpenChannel['isArchive'] = (rest, args) => leadsToArchive(channel, rest, args)
    return { id, title, protocol, askAt: askAddress(channel), isVod, isArchive, entry }
  })
  return {
    classify,
    rule,
    version: index,
    names,
    otherIds: others,
    former,
    beside,
    channel: channelOf,
    group: (name) => index().groups.get(name),
    standing: (group, channel) => {
      if (index().members.get(group)?.has(channel) !== true) return 'out'
      return index().leftOut.get(group)?.has(channel) === true ? 'surge' : 'in'
    },
  }
}
