import { formatChannelRecord, ownerKey, SHARED_OWNER } from '#domain/channel-table'
import { breathe, breatheAt } from './breathe.ts'
import type { Channel } from './channel.ts'

/** A group as the channel table knows it. */
export interface GroupChannels {
  readonly id: string
  readonly channels: readonly Channel[]
  /** Channels left out by surge for the time being; a part of `channels`. */
  readonly leftOut: readonly Channel[]
}

const groupsById = (
  groups: readonly GroupChannels[],
  pick: (group: GroupChannels) => readonly Channel[],
): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const group of groups)
    for (const { id } of pick(group)) {
      const ids = found.get(id)
      if (ids) ids.push(group.id)
      else found.set(id, [group.id])
    }
  return found
}

const claim = (owners: Map<string, string>, key: string, id: string): void => {
  const old = owners.get(key)
  owners.set(key, old === undefined || old === id ? id : SHARED_OWNER)
}

/** Who owns which directory and, where several share one, which entry file in it; in the form of the table's keys. */
const ownersOf = async (channels: readonly Channel[]): Promise<Map<string, string>> => {
  const owners = new Map<string, string>()
  for (const { id, origin, base } of channels) claim(owners, ownerKey(origin, base), id)
  await breathe()
  for (const { id, origin, base, entry } of channels)
    if (entry !== '' && owners.get(ownerKey(origin, base)) === SHARED_OWNER)
      claim(owners, ownerKey(origin, base + entry), id)
  return owners
}

/** Directories, as keys, that hold another channel's files: shared ones, and those with a channel somewhere below. */
export const crowdedDirectories = (channels: readonly Channel[]): Set<string> => {
  const holders = new Map<string, number>()
  for (const { origin, base } of channels) {
    const key = ownerKey(origin, base)
    holders.set(key, (holders.get(key) ?? 0) + 1)
  }
  const crowded = new Set([...holders].filter(([, count]) => count > 1).map(([key]) => key))
  for (const { origin, base } of channels)
    for (
      let at = base.lastIndexOf('/', base.length - 2);
      at >= 0;
      at = base.lastIndexOf('/', at - 1)
    ) {
      const above = ownerKey(origin, base.slice(0, at + 1))
      if (holders.has(above)) crowded.add(above)
      if (at === 0) break
    }
  return crowded
}

/** Everything edges know of channels: a record by id, and the owners of entry files and directories. */
export const buildChannelTable = async (
  channels: readonly Channel[],
  groups: readonly GroupChannels[],
): Promise<Map<string, string>> => {
  const inGroups = groupsById(groups, (group) => group.channels)
  const surged = groupsById(groups, (group) => group.leftOut)
  const crowded = crowdedDirectories(channels)
  const table = new Map<string, string>()
  for (const [index, channel] of channels.entries()) {
    await breatheAt(index)
    table.set(
      channel.id,
      formatChannelRecord({
        origin: channel.origin,
        base: channel.base,
        entry: channel.entry,
        query: channel.query,
        protocol: channel.protocol,
        isShared: crowded.has(ownerKey(channel.origin, channel.base)),
        isVod: channel.isVod,
        groups: inGroups.get(channel.id) ?? [],
        surgedFrom: surged.get(channel.id) ?? [],
      }),
    )
  }
  for (const [key, owner] of await ownersOf(channels)) table.set(key, owner)
  return table
}
