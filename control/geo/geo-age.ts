import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemReason } from '../runtime/regular-file.ts'
import { say } from '../sentences/sentences.ts'
import { asnCsvProblem, familyOfName } from './asn-csv.ts'
import { type MaxMindFacts, maxMindFacts } from './maxmind-facts.ts'

/** What a file of addresses is for; `others` measure the places of the first. */
export type GeoUse = 'places' | 'networks' | 'others'

/** A geo or ASN file, and how old it is. */
export interface GeoFileAge {
  readonly path: string
  readonly use: GeoUse
  /** Unix ms; `null` where the file does not say. */
  readonly builtAt: number | null
  /** Why it is of no use; `null` where it is. */
  readonly problem: string | null
  /** Whether what was read of it before serves all the same. */
  readonly isServing?: boolean
  readonly hasIPv6: boolean
  readonly hasPositions: boolean
}

/** Files by their use. */
export type GeoFiles = Readonly<Record<GeoUse, readonly string[]>>

const DAY_MS = 86_400_000
/** Countries of addresses change hands by a few percent a year; networks of providers more slowly. */
const OLD_DAYS: Readonly<Record<GeoUse, number>> = { places: 90, others: 90, networks: 180 }

const SETTING = {
  places: 'geo.files',
  others: 'geo.cross_check_files',
  networks: 'geo.asn_files',
} as const
const WITHOUT = { places: 'geo.no_places', networks: 'geo.no_networks' } as const
const WITHOUT_IPV6 = { places: 'geo.no_ipv6_places', networks: 'geo.no_ipv6_networks' } as const

/** Packages of tables carry their day in the version: `2.3.2026061719`. */
const dayOfPackage = async (folder: string): Promise<number | null> => {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '')
  const [, year, month, day] = /"version": "\d+\.\d+\.(20\d\d)(\d\d)(\d\d)\d*"/.exec(text) ?? []
  return year === undefined ? null : Date.UTC(Number(year), Number(month) - 1, Number(day))
}

/** A CSV says nothing of its age: the day of its package, else when it was written. */
const builtOfCsv = async (path: string): Promise<number | null> =>
  (await dayOfPackage(dirname(path))) ?? (await stat(path)).mtimeMs

/** What a readable file is of no use for. */
const unfit = (use: GeoUse, facts: MaxMindFacts): string | null => {
  const { type, hasCountries, hasPositions, hasSystems } = facts
  if (use === 'networks') return hasSystems ? null : say('geo.not_networks', { type })
  if (use === 'others') return hasPositions ? null : say('geo.not_positions', { type })
  return hasCountries ? null : say('geo.not_places', { type })
}

const ageOfMaxMind = async (path: string, use: GeoUse): Promise<GeoFileAge> => {
  const facts = await maxMindFacts(path)
  const { builtAt, ipVersion, hasPositions } = facts
  const problem = facts.problem ?? unfit(use, facts)
  return { path, use, builtAt, problem, hasIPv6: ipVersion === 6, hasPositions }
}

const ageOfCsv = async (path: string, use: GeoUse, isWhole: boolean): Promise<GeoFileAge> => {
  const problem = await asnCsvProblem(path, isWhole)
  const builtAt = problem === null ? await builtOfCsv(path) : null
  return { path, use, builtAt, problem, hasIPv6: familyOfName(path) === 6, hasPositions: false }
}

const ageOf = async (path: string, use: GeoUse, isWhole: boolean): Promise<GeoFileAge> => {
  try {
    const isCsv = use === 'networks' && path.endsWith('.csv')
    return isCsv ? await ageOfCsv(path, use, isWhole) : await ageOfMaxMind(path, use)
  } catch (error) {
    const problem = systemReason(error) ?? say('file.unreadable', { code: 'unreadable' })
    return { path, use, builtAt: null, problem, hasIPv6: false, hasPositions: false }
  }
}

/** Looks at the ends of the files and where they begin; `isWhole` reads tables of CSV to their end. */
export const geoAges = async (files: GeoFiles, isWhole = false): Promise<readonly GeoFileAge[]> => {
  const uses = ['places', 'others', 'networks'] as const
  const named = uses.flatMap((use) => files[use].map((path) => ({ path, use })))
  return await Promise.all(named.map(async ({ path, use }) => await ageOf(path, use, isWhole)))
}

const daysOf = (builtAt: number, now: number): number =>
  Math.max(0, Math.floor((now - builtAt) / DAY_MS))

/** Whether a file says it was built after now; a day is left to time zones and clocks. */
const isEarly = ({ builtAt }: GeoFileAge, now: number): boolean =>
  builtAt !== null && builtAt > now + DAY_MS

/** Whether a file is so old that it misleads. */
const isOld = ({ use, builtAt }: GeoFileAge, now: number): boolean =>
  builtAt !== null && daysOf(builtAt, now) > OLD_DAYS[use]

/** A file with its day and what it gives, as a phrase. */
const phraseOf = (age: GeoFileAge, now: number): string => {
  const { path, use, builtAt, problem, hasPositions, isServing } = age
  const file = basename(path)
  if (problem !== null) {
    const what = isServing === true ? say('geo.before_stays', { what: problem }) : problem
    return say('about', { name: path, what })
  }
  if (builtAt === null) return say('about', { name: file, what: say('geo.ageless') })
  const day = new Date(builtAt).toISOString().slice(0, 10)
  if (isEarly(age, now)) return say('geo.early', { file, day })
  const gives = use === 'places' && !hasPositions ? 'countries' : use
  return say(`geo.${gives}`, { file, day, n: daysOf(builtAt, now) })
}

/** What the geo files come to, for people. */
export interface GeoSummary {
  /** A phrase for each file that is good. */
  readonly files: readonly string[]
  /** What does not work, and why. */
  readonly problems: readonly string[]
  /** What is old, and what is known of some addresses only. */
  readonly warnings: readonly string[]
}

/** What some addresses have not, where all the files are good. */
const lacks = (usable: readonly GeoFileAge[]): string[] => {
  const places = usable.filter(({ use }) => use === 'places')
  const networks = usable.filter(({ use }) => use === 'networks')
  const lacksIPv6 = (files: readonly GeoFileAge[]) =>
    files.length > 0 && !files.some(({ hasIPv6 }) => hasIPv6)
  const hasCountriesAlone = places.length > 0 && !places.some(({ hasPositions }) => hasPositions)
  return [
    ...(hasCountriesAlone ? [say('geo.no_positions')] : []),
    ...(lacksIPv6(places) ? [say(WITHOUT_IPV6.places)] : []),
    ...(lacksIPv6(networks) ? [say(WITHOUT_IPV6.networks)] : []),
  ]
}

/** Says how old the files are and what does not work without them; `now` in Unix ms. */
export const geoSummary = (ages: readonly GeoFileAge[], now: number): GeoSummary => {
  const usable = ages.filter(({ problem }) => problem === null)
  const missing = (['places', 'networks'] as const).filter(
    (one) => !ages.some((it) => it.use === one && (it.problem === null || it.isServing === true)),
  )
  return {
    files: usable
      .filter((age) => !isOld(age, now) && !isEarly(age, now))
      .map((age) => phraseOf(age, now)),
    problems: [
      ...ages.filter(({ problem }) => problem !== null).map((age) => phraseOf(age, now)),
      ...missing.map((use) => say(WITHOUT[use])),
    ],
    warnings: [
      ...usable.filter((age) => isEarly(age, now)).map((age) => phraseOf(age, now)),
      ...usable
        .filter((age) => isOld(age, now))
        .map((age) =>
          say('geo.old', {
            file: phraseOf(age, now),
            n: OLD_DAYS[age.use],
            setting: SETTING[age.use],
          }),
        ),
      ...lacks(usable),
    ],
  }
}
