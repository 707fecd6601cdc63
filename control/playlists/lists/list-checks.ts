import { isPanelFolder } from '#domain/addresses/address-logins'
import { parseAddress } from '#domain/networks/network'
import { type IsThrough, isPrivateHost } from '#domain/pictures/through'
import { archiveOf } from '../catalogue/archive.ts'
import { type Channel, listedAddress } from '../catalogue/channel.ts'
import { channelNames, foldName } from '../catalogue/channel-names.ts'
import { passwordsOf } from '../catalogue/known-logins.ts'
import { crowdedDirectories, directoryKey } from '../catalogue/ownership.ts'
import { eachInTurns, groupInTurns } from '../catalogue/yield-to-event-loop.ts'
import { formerNames } from '../former/entry-names.ts'
import { logoOf, sealNone } from './pictures.ts'
import { SHOWN, sample } from './sample.ts'
import { compileSelection, findDeadSelectors, type Selection } from './selection.ts'

/** A group as far as its list is concerned. */
export interface GroupSelection {
  readonly id: string
  readonly channels: Selection
  readonly renumber?: boolean
}

export interface CheckOptions {
  /** Whether the edge can resolve names: origins named by host need it. */
  readonly hasResolver: boolean
  /** Hosts whose pictures come through the edge; none when not set. */
  readonly isThrough?: IsThrough
}

/** Warnings of one kind that are spelled out. */
const perCheck = 50

const idsOf = (channels: readonly Channel[]): string =>
  sample(
    channels.slice(0, SHOWN).map(({ id }) => id),
    channels.length,
  )

type Show = (address: string) => string

/** Addresses as they may stand in logs: parts of a path that are a password of the list's streams are left out. */
const shownFor = async (channels: readonly Channel[]): Promise<Show> => {
  const passwords = await passwordsOf(channels.map(({ item }) => item))
  return (address) =>
    address
      .split('/')
      .map((part) => (passwords.has(part) ? '…' : part))
      .join('/')
}

/** The first warnings of a kind, and how many there are beside them. */
const firstOf = (warnings: readonly string[]): string[] => {
  const more = warnings.length - perCheck
  return more > 0 ? [...warnings.slice(0, perCheck), `and ${more} more like these`] : [...warnings]
}

/** The first warnings about channels that have something in common. */
const warnOf = async <K>(
  channels: readonly Channel[],
  keyOf: (channel: Channel) => K,
  warn: (same: readonly Channel[], key: K) => string | null,
): Promise<string[]> => {
  const warnings: string[] = []
  await eachInTurns(await groupInTurns(channels, keyOf), ([key, same]) => {
    const text = warn(same, key)
    if (text !== null) warnings.push(text)
  })
  return firstOf(warnings)
}

type Check = (channels: readonly Channel[], show: Show) => Promise<string[]>

const checkDirectories: Check = async (channels, show) => {
  const crowded = await crowdedDirectories(channels)
  // In a panel's folder lie all streams of a login: that is told once.
  const panels: (readonly Channel[])[] = []
  const warnings = await warnOf(channels, directoryKey, (inside, key) => {
    const place = (): string => show(`${inside[0]?.origin ?? ''}${inside[0]?.base ?? ''}`)
    if (inside.length > 1 && isPanelFolder(inside[0]?.base ?? '')) {
      panels.push(inside)
      return null
    }
    if (inside.length > 1)
      return `${inside.length} channels share ${place()} (${idsOf(inside)}): a session opens its own entry there and what its manifests name`
    return crowded.has(key)
      ? `other channels lie below ${place()} of ${idsOf(inside)}; kept apart by their directories`
      : null
  })
  if (panels.length === 0) return warnings
  const hosts = [...new Set(panels.map(([first]) => first?.origin ?? ''))]
  const inPanels = panels.reduce((sum, { length }) => sum + length, 0)
  return [`${inPanels} channels lie in folders of panels (${sample(hosts)})`, ...warnings]
}

const checkEntries: Check = (channels, show) =>
  warnOf(
    channels,
    ({ origin, base, entry }) => origin + base + entry,
    (same, place) =>
      same.length > 1 && new Set(same.map(({ query }) => query)).size > 1
        ? `${idsOf(same)} differ only in the query of ${show(place)}: a session of one opens the others`
        : null,
  )

/** Of one list, or of which. */
const ofLists = (channels: readonly Channel[]): string => {
  const lists = [...new Set(channels.map(({ source }) => source))]
  return lists.length > 1 ? ` of ${sample(lists)}` : ''
}

/** Ids are unique: a name of several channels is a `tvg-id` of most of them, in any letters. */
const checkNames: Check = async (channels) => {
  const named = new Map<string, Channel[]>()
  await eachInTurns(channels, (channel) => {
    for (const name of new Set(channelNames(channel).map(foldName))) {
      const same = named.get(name)
      if (same === undefined) named.set(name, [channel])
      else same.push(channel)
    }
  })
  const warnings: string[] = []
  await eachInTurns(named, ([name, same]) => {
    if (same.length < 2) return
    const written = same.map(({ item }) => item.tvgId).find((it) => foldName(it) === name) ?? name
    warnings.push(
      `tvg-id '${written}' means ${same.length} channels (${idsOf(same)})${ofLists(same)}: what a rule, selection or exclusion says of it holds for each`,
    )
  })
  return firstOf(warnings)
}

/** Channels that a list named anew at their addresses, where that would have opened them. */
const checkFormer: Check = async (channels) => {
  const named = channels.filter(({ former }) => former !== undefined)
  return firstOf(
    named.map(
      (channel) =>
        `${channel.id} was called ${sample(formerNames(channel))} before: what closes that closes ${channel.id}, too, until \`gatehouse channels forget ${channel.id}\``,
    ),
  )
}

const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[|\]$/g, '')

const checkHosts: Check = (channels) =>
  warnOf(
    channels,
    ({ origin }) => origin,
    (same, origin) =>
      parseAddress(hostOf(origin)) === null
        ? `${origin} is named by host but the edge has no resolver (${idsOf(same)})`
        : null,
  )

/** An address up to its path. */
const BEFORE_PATH = /^https?:\/\/[^/\\?#]*/i

const checkPictures =
  (isThrough: IsThrough): Check =>
  (channels) => {
    const hosts = new Map<string, string>()
    const logoHost = (channel: Channel): string => {
      const logo = channel.hiddenLogo ?? logoOf(channel, sealNone)
      const start = BEFORE_PATH.exec(logo)?.[0] ?? ''
      const known = hosts.get(start)
      if (known !== undefined) return known
      const host = URL.canParse(start) ? new URL(start).hostname : ''
      hosts.set(start, host)
      return host
    }
    return warnOf(channels, logoHost, (same, host) =>
      host !== '' && isPrivateHost(host) && !isThrough(host)
        ? `viewers elsewhere do not reach ${host}, where logos lie (${idsOf(same)}): name it in pictures.through`
        : null,
    )
  }

const checkCatchup: Check = (channels) =>
  warnOf(
    channels,
    (channel) => {
      const place = archiveOf(channel)?.place
      return place?.kind === 'unusable' ? place.problem : ''
    },
    (same, problem) => (problem === '' ? null : `${idsOf(same)}: ${problem}`),
  )

/** Channels of a group that lead where one does that it leaves out. */
const checkExclusions = async (
  channels: readonly Channel[],
  { id, channels: selection }: GroupSelection,
): Promise<string[]> => {
  if (selection.exclude.length === 0) return []
  const isTaken = compileSelection(selection)
  const isMeant = compileSelection({ ...selection, exclude: [] })
  const leftOut = new Map<string, Channel>()
  const taken: Channel[] = []
  await eachInTurns(channels, (channel) => {
    if (isTaken(channel)) taken.push(channel)
    else if (isMeant(channel)) leftOut.set(listedAddress(channel), channel)
  })
  if (leftOut.size === 0) return []
  return await warnOf(taken, listedAddress, (same, address) => {
    const other = leftOut.get(address)
    return other === undefined
      ? null
      : `group ${id} leaves out ${other.id}, but not ${idsOf(same)} at the same address`
  })
}

const checkGroups = async (
  channels: readonly Channel[],
  groups: readonly GroupSelection[],
): Promise<string[]> => {
  const deadSelectors = await findDeadSelectors(channels)
  const warnings = groups
    .map((group) => ({ id: group.id, dead: deadSelectors(group.channels) }))
    .filter(({ dead }) => dead.length > 0)
    .map(({ id, dead }) => `group ${id} names what no channel answers to: ${sample(dead)}`)
  for (const group of groups) warnings.push(...(await checkExclusions(channels, group)))
  return warnings
}

/** Warnings about the channels and the groups' selections. */
export const checkChannels = async (
  channels: readonly Channel[],
  groups: readonly GroupSelection[],
  options: CheckOptions,
): Promise<string[]> => {
  const { isThrough = () => false } = options
  const show = await shownFor(channels)
  const checks = [
    checkNames,
    checkFormer,
    checkDirectories,
    checkEntries,
    checkCatchup,
    checkPictures(isThrough),
    ...(options.hasResolver ? [] : [checkHosts]),
  ]
  const warnings: string[] = []
  for (const check of checks) warnings.push(...(await check(channels, show)))
  return [...warnings, ...(await checkGroups(channels, groups))]
}
