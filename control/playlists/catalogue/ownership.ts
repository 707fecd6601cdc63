import { decodePath, ownerKey, SHARED_OWNER, stemOf } from '#domain/channels/channel-table'
import type { Channel } from './channel.ts'
import { isPanelEntry } from './panel-entry.ts'
import { yieldToEventLoop } from './yield-to-event-loop.ts'

type Place = Pick<Channel, 'origin' | 'base' | 'entry'>

/** A channel's directory in the form of the table's keys. */
export const directoryKey = ({ origin, base }: Place): string => ownerKey(origin, decodePath(base))

const fileKey = ({ origin, base, entry }: Place): string =>
  ownerKey(origin, decodePath(base + entry))

const claim = (owners: Map<string, string>, key: string, id: string): void => {
  const old = owners.get(key)
  owners.set(key, old === undefined || old === id ? id : SHARED_OWNER)
}

/** The other name of an Xtream directory: panels answer under `/live/` and without it. */
const twinOf = (channel: Channel): Place | null => {
  if (!/^\d+(?:\.\w+)?$/.test(channel.entry)) return null
  const base = channel.base.startsWith('/live/') ? channel.base.slice(5) : `/live${channel.base}`
  return { origin: channel.origin, base, entry: channel.entry }
}

/** Whether the stem reads like a segment of another: `sport-17` could be the seventeenth of `sport`. */
const isAmbiguous = (stem: string, stems: ReadonlySet<string>): boolean => {
  const name = stem.lastIndexOf('/') + 1
  for (let at = stem.length - 2; at > name; at -= 1)
    if (/[-_.]/.test(stem.charAt(at)) && stems.has(`${stem.slice(0, at)}.`)) return true
  return false
}

/** In a shared directory each channel owns its entry under every extension, as far as that is certain. */
const claimFiles = (owners: Map<string, string>, crowd: readonly Channel[]): void => {
  const stems = new Set(crowd.map((channel) => stemOf(fileKey(channel))))
  for (const channel of crowd) {
    const file = fileKey(channel)
    const stem = stemOf(file)
    claim(owners, isAmbiguous(stem, stems) ? file : stem, channel.id)
    const twin = twinOf(channel)
    if (twin) claim(owners, stemOf(fileKey(twin)), channel.id)
  }
  // Two channels under one stem: each keeps its exact file.
  for (const channel of crowd)
    if (owners.get(stemOf(fileKey(channel))) === SHARED_OWNER)
      claim(owners, fileKey(channel), channel.id)
}

/** Who owns which directory and, where several share one, which entries in it; in the form of the table's keys. */
export const ownersOf = async (channels: readonly Channel[]): Promise<Map<string, string>> => {
  const owners = new Map<string, string>()
  for (const channel of channels) claim(owners, directoryKey(channel), channel.id)
  await yieldToEventLoop()
  const isShared = (channel: Channel): boolean => owners.get(directoryKey(channel)) === SHARED_OWNER
  claimFiles(
    owners,
    channels.filter((channel) => channel.entry !== '' && isShared(channel)),
  )
  return withLowerCase(owners)
}

/** Some origins do not tell capitals from small letters: each key stands in small letters too, unless that name is another channel's. */
const withLowerCase = (owners: Map<string, string>): Map<string, string> => {
  for (const [key, owner] of owners) {
    const at = key.indexOf('|') + 1
    const lower = key.slice(0, at) + key.slice(at).toLowerCase()
    if (lower !== key && !owners.has(lower)) owners.set(lower, owner)
  }
  return owners
}

/** Directories, as keys, that are the directory of several channels. */
export const sharedDirectories = (channels: readonly Place[]): Set<string> => {
  const met = new Set<string>()
  const shared = new Set<string>()
  for (const key of channels.map(directoryKey)) (met.has(key) ? shared : met).add(key)
  return shared
}

/**
 * Whether others' files lie in a channel's directory: that of several channels (`shared`), the root, or the one of a panel, where streams
 * have numbers for names.
 */
export const isClosedDirectory = (channel: Place, shared: ReadonlySet<string>): boolean =>
  channel.base === '/' ||
  shared.has(directoryKey(channel)) ||
  isPanelEntry(channel.base, channel.entry)

/** Directories, as keys, that hold another channel's files: shared ones, and those with a channel somewhere below. */
export const crowdedDirectories = (channels: readonly Channel[]): Set<string> => {
  const holders = new Map<string, number>()
  for (const channel of channels) {
    const key = directoryKey(channel)
    holders.set(key, (holders.get(key) ?? 0) + 1)
  }
  const crowded = new Set([...holders].filter(([, count]) => count > 1).map(([key]) => key))
  for (const key of holders.keys()) {
    const root = key.indexOf('/', key.indexOf('|'))
    for (let at = key.length - 1; at > root; ) {
      at = key.lastIndexOf('/', at - 1)
      const above = key.slice(0, at + 1)
      if (holders.has(above)) crowded.add(above)
    }
  }
  return crowded
}
