import {
  archiveDelayKey,
  archiveKey,
  formatChannelRecord,
  streamNumberKey,
} from '#domain/channels/channel-table'
import { archiveDelayMin, archiveOf, archiveTemplate } from './archive.ts'
import type { Channel } from './channel.ts'
import { crowdedDirectories, directoryKey, ownersOf } from './ownership.ts'
import { yieldEvery } from './yield-to-event-loop.ts'

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

/** The channel table of edges: a record by id, the ids by number, and the owners of entry files and directories. */
export const buildChannelTable = async (
  channels: readonly Channel[],
  groups: readonly GroupChannels[],
  numbers: ReadonlyMap<string, number> = new Map(),
): Promise<Map<string, string>> => {
  const inGroups = groupsById(groups, (group) => group.channels)
  const surged = groupsById(groups, (group) => group.leftOut)
  const crowded = crowdedDirectories(channels)
  const table = new Map<string, string>()
  for (const [index, channel] of channels.entries()) {
    await yieldEvery(index)
    const number = numbers.get(channel.id)
    if (number !== undefined) table.set(streamNumberKey(number), channel.id)
    const asked = archiveOf(channel)?.asked ?? ''
    if (asked !== '') {
      table.set(archiveKey(channel.id), asked)
      const delay = archiveDelayMin(channel)
      if (delay !== 0) table.set(archiveDelayKey(channel.id), String(60 * delay))
    }
    table.set(
      channel.id,
      formatChannelRecord({
        origin: channel.origin,
        base: channel.base,
        entry: channel.entry,
        query: channel.query,
        protocol: channel.protocol,
        isShared: crowded.has(directoryKey(channel)),
        isClosed: channel.isClosed,
        isVod: channel.isVod,
        isUnsure: channel.isUnsure,
        archive: archiveTemplate(channel),
        groups: inGroups.get(channel.id) ?? [],
        surgedFrom: surged.get(channel.id) ?? [],
      }),
    )
  }
  for (const [key, owner] of await ownersOf(channels)) table.set(key, owner)
  return table
}
