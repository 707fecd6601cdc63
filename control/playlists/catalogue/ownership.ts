import { decodePath, ownerKey, SHARED_OWNER, stemOf } from '#domain/addresses/owners'
import { readingsOf } from '#domain/addresses/unclear'
import type { Channel } from './channel.ts'
import { isPanelEntry } from './panel-entry.ts'
import { eachInTurns, filterInTurns, mapInTurns } from './yield-to-event-loop.ts'

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
const claimFiles = async (
  owners: Map<string, string>,
  crowd: readonly Channel[],
): Promise<void> => {
  const stems = new Set<string>()
  await eachInTurns(crowd, (channel) => stems.add(stemOf(fileKey(channel))))
  await eachInTurns(crowd, (channel) => {
    const file = fileKey(channel)
    const stem = stemOf(file)
    claim(owners, isAmbiguous(stem, stems) ? file : stem, channel.id)
    const twin = twinOf(channel)
    if (twin) claim(owners, stemOf(fileKey(twin)), channel.id)
  })
  // Two channels under one stem: each keeps its exact file.
  await eachInTurns(crowd, (channel) => {
    if (owners.get(stemOf(fileKey(channel))) === SHARED_OWNER)
      claim(owners, fileKey(channel), channel.id)
  })
}

/** Who owns which directory and, where several share one, which entries in it; in the form of the table's keys. */
export const ownersOf = async (channels: readonly Channel[]): Promise<Map<string, string>> => {
  const owners = new Map<string, string>()
  await eachInTurns(channels, (channel) => claim(owners, directoryKey(channel), channel.id))
  const isShared = (channel: Channel): boolean => owners.get(directoryKey(channel)) === SHARED_OWNER
  const crowd = await filterInTurns(
    channels,
    (channel) => channel.entry !== '' && isShared(channel),
  )
  await claimFiles(owners, crowd)
  await addReadings(owners)
  return owners
}

/** A key in the forms that some origins read its path in. */
const readingsOfKey = (key: string): string[] => {
  const at = key.indexOf('|') + 1
  // A stem ends in a dot, which is no part of a name.
  const dot = key.endsWith('.') ? '.' : ''
  const path = key.slice(at, key.length - dot.length)
  return readingsOf(path).map((read) => key.slice(0, at) + read + dot)
}

/** Each key stands in those forms too, unless that name is another channel's. */
const addReadings = (owners: Map<string, string>): Promise<void> =>
  eachInTurns(owners, ([key, owner]) => {
    for (const read of readingsOfKey(key)) if (!owners.has(read)) owners.set(read, owner)
  })

/** Directories, as keys, that are the directory of several channels. */
export const sharedDirectories = async (channels: readonly Place[]): Promise<Set<string>> => {
  const met = new Set<string>()
  const shared = new Set<string>()
  await eachInTurns(channels, (channel) => {
    const key = directoryKey(channel)
    const keys = met.has(key) ? shared : met
    keys.add(key)
  })
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

/** Directories, as keys, that hold another channel's files: shared ones, and those with a channel somewhere below, as some origin reads it. */
export const crowdedDirectories = async (channels: readonly Channel[]): Promise<Set<string>> => {
  const crowded = await sharedDirectories(channels)
  const read = new Map<string, string[]>()
  const directories = new Set(await mapInTurns(channels, directoryKey))
  await eachInTurns(directories, (key) => {
    for (const form of readingsOfKey(key)) {
      const same = read.get(form)
      if (same === undefined) read.set(form, [key])
      else same.push(key)
    }
  })
  await eachInTurns(read.keys(), (form) => {
    const root = form.indexOf('/', form.indexOf('|'))
    for (let at = form.length - 1; at > root; ) {
      at = form.lastIndexOf('/', at - 1)
      for (const above of read.get(form.slice(0, at + 1)) ?? []) crowded.add(above)
    }
  })
  return crowded
}
