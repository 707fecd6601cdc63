import type { PlayRecord } from '#domain/types'
import type { Population } from '../population.ts'
import { quirkAccount, type Site, siteNameOf, siteOf } from './account.ts'
import * as lines from './lines.ts'
import { randomOf } from './random.ts'
import * as rows from './rows.ts'

/** A quirk and the share of real accounts that have it, by what owners report. */
export interface QuirkKind {
  readonly name: string
  readonly prevalence: number
  readonly apply: lines.Quirk
}

/** In the order in which they are put on: where plays come from, then what rows say of them. */
export const QUIRKS: readonly QuirkKind[] = [
  { name: 'moved house with a new set', prevalence: 0.03, apply: lines.moved },
  { name: 'devices only used away', prevalence: 0.15, apply: lines.awayOnly },
  { name: 'mobile home internet', prevalence: 0.05, apply: lines.mobileHome },
  { name: 'office proxy', prevalence: 0.06, apply: lines.officeProxy },
  { name: 'music at work', prevalence: 0.06, apply: lines.musicAtWork },
  { name: 'dual stack by device', prevalence: 0.15, apply: lines.dualStack },
  { name: 'VLAN /64s of one delegation', prevalence: 0.04, apply: lines.vlans },
  { name: 'LAN and public address', prevalence: 0.06, apply: lines.lanAndPublic },
  { name: 'relay', prevalence: 0.08, apply: lines.relayed },
  { name: 'items of minutes', prevalence: 0.08, apply: rows.shortItems },
  { name: 'ids renewed weekly', prevalence: 0.1, apply: rows.weeklyIds },
  { name: 'ids new at each play', prevalence: 0.05, apply: rows.idsEachPlay },
  { name: 'private windows', prevalence: 0.06, apply: rows.privateWindows },
  { name: 'constant ids', prevalence: 0.04, apply: rows.constantIds },
  { name: 'ghost rows', prevalence: 0.15, apply: rows.ghosts },
  { name: 'restarts of the monitor', prevalence: 0.15, apply: rows.restarts },
  { name: 'duplicates', prevalence: 0.05, apply: rows.duplicates },
  { name: 'plays of no length', prevalence: 0.15, apply: rows.noLength },
  { name: 'evenings across midnight UTC', prevalence: 0.25, apply: rows.acrossMidnight },
]

const known = new WeakMap<Population, Map<string, Site[]>>()

/** Every place and network of a population, by country, each once. */
const sitesOf = (population: Population): Map<string, Site[]> => {
  const before = known.get(population)
  if (before !== undefined) return before
  const seen = new Set<string>()
  const sites = new Map<string, Site[]>()
  for (const user of population.labels.keys()) {
    for (const play of population.plays(user, true)) {
      const name = `${siteNameOf(play)} ${play.country}`
      if (play.isLan || play.latitude === null || seen.has(name)) continue
      seen.add(name)
      const country = play.country ?? ''
      const there = sites.get(country)
      if (there) there.push(siteOf(play))
      else sites.set(country, [siteOf(play)])
    }
  }
  known.set(population, sites)
  return sites
}

/** The population with quirks, each on a share of its accounts: sharers and innocents alike. */
export const withQuirks = (
  population: Population,
  quirks: readonly { readonly kind: QuirkKind; readonly share: number }[],
): Population => {
  const sites = sitesOf(population)
  const { now } = population
  return {
    ...population,
    plays: (user, withAsn) => {
      const start: readonly PlayRecord[] = population.plays(user, withAsn)
      const end = quirks.reduce((plays, { kind, share }) => {
        const name = `${population.name} ${user} ${kind.name}`
        if (plays.length === 0 || randomOf(`${name} chosen`).next() >= share) return plays
        return kind.apply(quirkAccount(plays, name, { now, sites }))
      }, start)
      return [...end]
    },
  }
}

/** The population with every quirk at its prevalence. */
export const mixtureOf = (population: Population): Population =>
  withQuirks(
    population,
    QUIRKS.map((kind) => ({ kind, share: kind.prevalence })),
  )
