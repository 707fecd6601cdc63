import { groupBy } from '#domain/group-by'
import { parseAddress } from '#domain/networks/network'
import { type IsThrough, isPrivateHost } from '#domain/pictures/through'
import { archiveOf } from '../catalogue/archive.ts'
import type { Channel } from '../catalogue/channel.ts'
import { passwordsOf } from '../catalogue/logins.ts'
import { crowdedDirectories, directoryKey } from '../catalogue/ownership.ts'
import { yieldToEventLoop } from '../catalogue/yield-to-event-loop.ts'
import { logoOf, sealNone } from './pictures.ts'
import { findDeadSelectors, type Selection } from './selection.ts'

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

/** Names, and warnings of one kind, that are spelled out. */
const shown = 5
const perCheck = 50

const sample = (texts: readonly string[]): string =>
  texts.length > shown
    ? `${texts.slice(0, shown).join(', ')} and ${texts.length - shown} more`
    : texts.join(', ')

const idsOf = (channels: readonly Channel[]): string => sample(channels.map(({ id }) => id))

/** Addresses as they may stand in logs: parts of a path that are a password of the list's streams are left out. */
const shownFor = (channels: readonly Channel[]): ((address: string) => string) => {
  const passwords = passwordsOf(channels.map(({ item }) => item))
  return (address) =>
    address
      .split('/')
      .map((part) => (passwords.has(part) ? '…' : part))
      .join('/')
}

const checkDirectories = (channels: readonly Channel[]): string[] => {
  const show = shownFor(channels)
  const crowded = crowdedDirectories(channels)
  const warnings: string[] = []
  for (const [key, inside] of groupBy(channels, directoryKey)) {
    const place = show(`${inside[0]?.origin ?? ''}${inside[0]?.base ?? ''}`)
    if (inside.length > 1)
      warnings.push(
        `${inside.length} channels share ${place} (${idsOf(inside)}): a session opens its own entry there and what its manifests name`,
      )
    else if (crowded.has(key))
      warnings.push(
        `other channels lie below ${place} of ${idsOf(inside)}; kept apart by their directories`,
      )
  }
  return warnings
}

const checkEntries = (channels: readonly Channel[]): string[] => {
  const show = shownFor(channels)
  return [...groupBy(channels, ({ origin, base, entry }) => origin + base + entry)]
    .filter(([, same]) => new Set(same.map(({ query }) => query)).size > 1)
    .map(
      ([place, same]) =>
        `${idsOf(same)} differ only in the query of ${show(place)}: a session of one opens the others`,
    )
}

const checkNames = (channels: readonly Channel[]): string[] =>
  [
    ...groupBy(
      channels.filter(({ item }) => item.tvgId !== ''),
      ({ item }) => item.tvgId,
    ),
  ]
    .filter(([, same]) => same.length > 1)
    .map(
      ([tvgId, same]) =>
        `tvg-id '${tvgId}' means ${same.length} channels (${idsOf(same)}): what a rule, selection or exclusion says of it holds for each`,
    )

const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[|\]$/g, '')

const checkHosts = (channels: readonly Channel[]): string[] =>
  [...groupBy(channels, ({ origin }) => origin)]
    .filter(([origin]) => parseAddress(hostOf(origin)) === null)
    .map(
      ([origin, same]) =>
        `${origin} is named by host but the edge has no resolver (${idsOf(same)})`,
    )

const logoHost = (channel: Channel): string => {
  const logo = channel.hiddenLogo ?? logoOf(channel, sealNone)
  return /^https?:\/\//i.test(logo) && URL.canParse(logo) ? new URL(logo).hostname : ''
}

const checkPictures = (channels: readonly Channel[], isThrough: IsThrough): string[] =>
  [...groupBy(channels, logoHost)]
    .filter(([host]) => host !== '' && isPrivateHost(host) && !isThrough(host))
    .map(
      ([host, same]) =>
        `viewers elsewhere do not reach ${host}, where logos lie (${idsOf(same)}): name it in pictures.through`,
    )

const checkCatchup = (channels: readonly Channel[]): string[] => {
  const problems = groupBy(channels, (channel) => {
    const place = archiveOf(channel)?.place
    return place?.kind === 'unusable' ? place.problem : ''
  })
  problems.delete('')
  return [...problems].map(([problem, same]) => `${idsOf(same)}: ${problem}`)
}

const checkGroups = (channels: readonly Channel[], groups: readonly GroupSelection[]): string[] => {
  const deadSelectors = findDeadSelectors(channels)
  return groups
    .map((group) => ({ id: group.id, dead: deadSelectors(group.channels) }))
    .filter(({ dead }) => dead.length > 0)
    .map(({ id, dead }) => `group ${id} names what no channel answers to: ${sample(dead)}`)
}

/** Warnings about the channels and the groups' selections. */
export const checkChannels = async (
  channels: readonly Channel[],
  groups: readonly GroupSelection[],
  options: CheckOptions,
): Promise<string[]> => {
  const { isThrough = () => false } = options
  const checkLogos = (list: readonly Channel[]): string[] => checkPictures(list, isThrough)
  const checks = [checkNames, checkDirectories, checkEntries, checkCatchup, checkLogos]
  const warnings: string[] = []
  for (const check of options.hasResolver ? checks : [...checks, checkHosts]) {
    warnings.push(...check(channels).slice(0, perCheck))
    await yieldToEventLoop()
  }
  return [...warnings, ...checkGroups(channels, groups)]
}
