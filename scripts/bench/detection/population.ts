import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { PlayRecord } from '#domain/types'
import { enrichPlays } from '../../../control/detect/enriched-play.ts'
import type { HouseholdEvidence } from '../../../control/detect/household/evidence/evidence.ts'
import {
  type ChannelPopularity,
  popularityOf,
  UNKNOWN_POPULARITY,
} from '../../../control/detect/household/homes/channel-popularity.ts'
import { homesOf } from '../../../control/detect/household/homes/homes.ts'
import { householdEvidence } from '../../../control/detect/household/household-judgement.ts'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { inspectPlays } from '../../../control/detect/judge/inspect-plays.ts'
import { defaultRules } from '../../../control/detect/rules/rules.ts'
import { decayAt } from '../../../control/detect/scoring/decay.ts'
import type { Finding } from '../../../control/detect/types.ts'
import type { AsnEntry } from '../../../control/geo/asn-table.ts'
import {
  playFromTautulli,
  type TautulliGeo,
  type TautulliRow,
} from '../../../control/sources/tautulli/rows.ts'
import { readEdgePlays, withNetworks } from './edge-population.ts'

/** The label of one account. */
export interface Label {
  readonly label: 'sharing' | 'innocent' | 'ambiguous'
  readonly kind: string
}

/** A labelled population, read. */
export interface Population {
  readonly name: string
  readonly now: number
  readonly labels: ReadonlyMap<string, Label>
  /** What everybody watches, where the product knows it: of its own history. */
  readonly popularity: ChannelPopularity
  plays(user: string, withAsn: boolean): PlayRecord[]
}

const HISTORY = 'history.json'
const EDGE_PLAYS = 'plays.ndjson'

const holds = (folder: string, file: string): boolean =>
  existsSync(join(folder, file)) || existsSync(join(folder, `${file}.gz`))

const isPopulation = (folder: string): boolean =>
  holds(folder, HISTORY) || holds(folder, EDGE_PLAYS)

/** The text of a file, gzipped or not; `null` where it does not exist. */
const readText = (folder: string, file: string): string | null => {
  const path = join(folder, file)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  return existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)).toString('utf8') : null
}

// The files are a benchmark's own; the declared type is trusted.
const readJson = (folder: string, file: string): unknown => {
  const text = readText(folder, file)
  if (text === null) throw new Error(`${folder} holds no ${file}`)
  return JSON.parse(text)
}

const playsByChannel = (plays: Iterable<readonly PlayRecord[]>): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const own of plays)
    for (const { channel } of own)
      if (channel !== null) counts.set(channel, (counts.get(channel) ?? 0) + 1)
  return counts
}

const readEdgePopulation = (folder: string, name: string): Population => {
  const geo = readJson(folder, 'geo.json') as Record<string, TautulliGeo>
  const asn = readJson(folder, 'asn.json') as Record<string, AsnEntry>
  const labels = readJson(folder, 'labels.json') as Record<string, Label>
  const { now } = readJson(folder, 'meta.json') as { now: number }
  const plays = readEdgePlays((readText(folder, EDGE_PLAYS) ?? '').split('\n'), geo)
  return {
    name,
    now: now * 1000,
    labels: new Map(Object.entries(labels)),
    popularity: popularityOf(playsByChannel(plays.values())),
    plays: (user, withAsn) => {
      const own = plays.get(user) ?? []
      return withAsn ? withNetworks(own, asn) : own
    },
  }
}

/** What a Tautulli answered: rows of its history by user, and places by address. */
export interface Answers {
  readonly history: Readonly<Record<string, TautulliRow[]>>
  readonly geo: Readonly<Record<string, TautulliGeo>>
}

const answersIn = (folder: string): Answers => ({
  history: readJson(folder, HISTORY) as Answers['history'],
  geo: readJson(folder, 'geo.json') as Answers['geo'],
})

const readPopulation = (folder: string, name: string): Population => {
  if (holds(folder, EDGE_PLAYS)) return readEdgePopulation(folder, name)
  const { history, geo } = answersIn(folder)
  const asn = JSON.parse(readText(folder, 'asn.json') ?? '{}') as Record<string, AsnEntry>
  const labels = readJson(folder, 'labels.json') as Record<string, Label>
  const stops = Object.values(history).flatMap((rows) =>
    rows.map((row) => Math.max(Number(row.stopped ?? 0), Number(row.started ?? 0))),
  )
  return {
    name,
    now: stops.reduce((a, b) => Math.max(a, b), 0) * 1000,
    labels: new Map(Object.entries(labels)),
    popularity: UNKNOWN_POPULARITY,
    plays: (user, withAsn) =>
      (history[user] ?? []).map((row) => {
        const address = row.ip_address ?? ''
        return playFromTautulli(row, geo[address], withAsn ? asn[address] : null)
      }),
  }
}

/** The folders of populations: the folder itself, or those in it; with their names. */
const foldersOf = (folder: string): { readonly path: string; readonly name: string }[] => {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`)
  if (isPopulation(folder)) return [{ path: folder, name: 'data' }]
  return readdirSync(folder, { withFileTypes: true })
    .map(({ name }) => ({ path: join(folder, name), name }))
    .filter(({ path }) => isPopulation(path))
}

/** Reads one population, or every population in the folders of a folder. */
export const readPopulations = (folder: string): Population[] =>
  foldersOf(folder).map(({ path, name }) => readPopulation(path, name))

/** The answers of the same populations, without those of edges. */
export const readAnswers = (folder: string): Answers[] =>
  foldersOf(folder)
    .filter(({ path }) => holds(path, HISTORY))
    .map(({ path }) => answersIn(path))

/** The folder of the committed samples: accounts of media servers and of an edge. */
export const SAMPLES = fileURLToPath(new URL('../../../test/vectors/detection', import.meta.url))

/** The evidence of one account, computed once. */
export interface Prepared {
  readonly population: string
  readonly user: string
  readonly kind: string
  readonly isSharing: boolean
  readonly evidence: readonly HouseholdEvidence[]
  readonly findings: readonly Finding[]
  readonly now: number
}

/** Works out the evidence of every account that is labelled sharing or innocent. */
export const prepare = (population: Population, withAsn: boolean): Prepared[] => {
  const rules = defaultRules().filter((rule) => rule.kind !== 'second_household')
  const prepared: Prepared[] = []
  for (const [user, { label, kind }] of population.labels) {
    if (label === 'ambiguous') continue
    const { now, popularity } = population
    const plays = preparePlays(population.plays(user, withAsn), now)
    prepared.push({
      population: population.name,
      user,
      kind,
      isSharing: label === 'sharing',
      evidence: householdEvidence(homesOf(enrichPlays(plays), popularity), now, popularity),
      findings: inspectPlays(plays, rules, { popularity }).map((f) => f.finding),
      now,
    })
  }
  return prepared
}

/** The decay a prepared account is judged with. */
export const decayOf = (prepared: Prepared) => decayAt(prepared.now)
