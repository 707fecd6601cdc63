import { isLan, parseNetwork } from '#domain/networks/network'
import { lintCountry } from './countries.ts'
import type { LintGroup, LintPath, LintSurge, Report } from './finding.ts'
import { familiesOf, lintNetworkText } from './networks.ts'
import { nestedNetworks } from './shadows.ts'

interface Owned {
  readonly text: string
  readonly group: number
  readonly path: LintPath
}

/** Files of networks are checked where they are loaded. */
const isFile = (text: string): boolean => text.startsWith('file:')

const ownedNetworks = (groups: readonly LintGroup[]): Owned[] =>
  groups.flatMap(({ networks }, group) =>
    networks.flatMap((text, at) =>
      isFile(text) ? [] : [{ text, group, path: ['groups', group, 'networks', at] }],
    ),
  )

const lintOverlaps = (
  groups: readonly LintGroup[],
  owned: readonly Owned[],
  report: Report,
): void => {
  const reported = new Set<string>()
  for (const { inner, outer, isSame } of nestedNetworks(owned.map(({ text }) => text))) {
    const [small, large] = [owned[inner], owned[outer]]
    if (small === undefined || large === undefined || small.group === large.group) continue
    const pair = `${small.group} ${large.group} ${isSame}`
    if (reported.has(pair)) continue
    reported.add(pair)
    const [smallName, largeName] = [groups[small.group]?.name, groups[large.group]?.name]
    report(small.path, {
      severity: isSame ? 'warning' : 'note',
      check: 'groups-overlap',
      message: isSame
        ? `${small.text} stands in group ${largeName} and in ${smallName}; ${largeName} has it`
        : `${small.text} of group ${smallName} lies in ${large.text} of ${largeName}; the longer prefix wins`,
      suggestion: isSame ? 'name it in one group only' : 'nothing to do where this is meant',
    })
  }
}

const isPrivate = (text: string): boolean => {
  const parsed = parseNetwork(text)
  return parsed.ok && parsed.networks.every(({ base }) => isLan(base))
}

const lintGroup = (group: LintGroup, at: number, report: Report): void => {
  const texts = group.networks.filter((text) => !isFile(text))
  const { v4, v6 } = familiesOf(texts)
  if (v4 > 0 && v6 === 0 && texts.length === group.networks.length && !texts.every(isPrivate))
    report(['groups', at, 'networks'], {
      severity: 'note',
      check: 'no-ipv6-twin',
      message: `group ${group.name} has IPv4 networks only; its viewers over IPv6 fall elsewhere`,
      suggestion: 'add their IPv6 networks',
    })
  const isPublic =
    group.default || group.countries.length > 0 || texts.some((text) => !isPrivate(text))
  if (!isPublic) return
  for (const [place, text] of group.networks.entries())
    if (!isFile(text) && isPrivate(text))
      report(['groups', at, 'networks', place], {
        severity: 'note',
        check: 'private-in-public',
        message: `private network ${text} is in group ${group.name}, which public viewers belong to`,
        suggestion:
          'give private networks a group of their own; behind a proxy set edge.trusted_proxies',
      })
}

/** Checks the groups' networks, each and for overlaps. */
export const lintGroups = (groups: readonly LintGroup[], report: Report): void => {
  const owned = ownedNetworks(groups)
  for (const { text, path } of owned) lintNetworkText(text, path, report)
  lintOverlaps(groups, owned, report)
  for (const [at, group] of groups.entries()) {
    lintGroup(group, at, report)
    for (const [place, code] of group.countries.entries())
      lintCountry(code, ['groups', at, 'countries', place], report)
  }
}

/** Reports surge profiles that leave every channel as it is. */
export const lintSurges = (surges: readonly LintSurge[], report: Report): void => {
  for (const [at, { name, group, channels }] of surges.entries()) {
    const { titles, ids, names, patterns, exclude, sources } = channels
    if ([titles, ids, names, patterns, exclude, sources].some((list) => list.length > 0)) continue
    report(['surge', at], {
      severity: 'warning',
      check: 'surge-of-all',
      message: `surge profile ${name} narrows nothing: it leaves group ${group} all its channels`,
      suggestion: 'choose the channels that stay, by `channels: { ids: [one, two] }`',
    })
  }
}
