import {
  archiveDelayKey,
  archiveKey,
  formatChannelRecord,
  streamNumberKey,
} from '#domain/channels/channel-table'
import { archiveDelayMin, archiveOf } from './archive.ts'
import type { Channel } from './channel.ts'
import { crowdedDirectories, directoryKey, ownersOf } from './ownership.ts'
import { eachInTurns } from './yield-to-event-loop.ts'

/** A group as the channel table knows it. */
export interface GroupChannels {
  readonly id: string
  readonly channels: readonly Channel[]
  /** Channels left out by surge for the time being; a part of `channels`. */
  readonly leftOut: readonly Channel[]
}

const groupsById = async (
  groups: readonly GroupChannels[],
  pick: (group: GroupChannels) => readonly Channel[],
): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>()
  for (const group of groups)
    await eachInTurns(pick(group), ({ id }) => {
      const ids = found.get(id)
      if (ids) ids.push(group.id)
      else found.set(id, [group.id])
    })
  return found
}

/** The channel table of edges: a record by id, the ids by number, and the owners of entry files and directories. */
export const buildChannelTable = async (
  channels: readonly Channel[],
  groups: readonly GroupChannels[],
  numbers: ReadonlyMap<string, number> = new Map(),
): Promise<Map<string, string>> => {
  const inGroups = await groupsById(groups, (group) => group.channels)
  const surged = await groupsById(groups, (group) => group.leftOut)
  const crowded = await crowdedDirectories(channels)
  const table = new Map<string, string>()
  await eachInTurns(channels, (channel) => {
    const number = numbers.get(channel.id)
    if (number !== undefined) table.set(streamNumberKey(number), channel.id)
    const found = archiveOf(channel)
    const asked = found?.asked ?? ''
    if (asked !== '') {
      table.set(archiveKey(channel.id), asked)
      const delay = archiveDelayMin(channel)
      if (delay !== 0) table.set(archiveDelayKey(channel.id), String(60 * delay))
    }
    table.set(
      channel.id,
      formatChannelRecord({
        origin: channel.origin,
        login: channel.login ?? '',
        base: channel.base,
        entry: channel.entry,
        query: channel.query,
        protocol: channel.protocol,
        isShared: crowded.has(directoryKey(channel)),
        isClosed: channel.isClosed,
        isVod: channel.isVod,
        isUnsure: channel.isUnsure,
        archive: found?.place.kind === 'elsewhere' ? found.place.template : '',
        groups: inGroups.get(channel.id) ?? [],
        surgedFrom: surged.get(channel.id) ?? [],
      }),
    )
  })
  await eachInTurns(await ownersOf(channels), ([key, owner]) => table.set(key, owner))
  return table
}
