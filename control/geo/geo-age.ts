import { open, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { say } from '../sentences/sentences.ts'
import { beginsAsAsnCsv } from './asn-csv.ts'

/** What is known about a file of addresses. */
export type GeoUse = 'places' | 'networks'

/** A geo or ASN file and how old it is. */
export interface GeoFileAge {
  readonly path: string
  readonly use: GeoUse
  /** Unix ms; `null` where the file does not say. */
  readonly builtAt: number | null
  /** Why it cannot be read; `null` where it can. */
  readonly problem: string | null
}

const DAY_MS = 86_400_000
/** Countries of addresses change hands by a few percent a year; networks of providers more slowly. */
const OLD_DAYS: Readonly<Record<GeoUse, number>> = { places: 90, networks: 180 }

const WITHOUT = { places: 'geo.no_places', networks: 'geo.no_networks' } as const

const TAIL_BYTES = 128 * 1024
const EPOCH_KEY = Buffer.from('build_epoch')

/**
 * `build_epoch` of a MaxMind-format file, from the metadata at its end (MaxMind DB format 2.0: an unsigned number, its size in the control byte);
 * `null` where there is none. Unix ms.
 */
const epochIn = (tail: Buffer): number | null => {
  const key = tail.lastIndexOf(EPOCH_KEY)
  if (key < 0) return null
  const at = key + EPOCH_KEY.length
  const control = tail[at] ?? 0
  // Type 0 is extended: the next byte holds the type.
  const first = control >> 5 === 0 ? at + 2 : at + 1
  let seconds = 0
  for (const byte of tail.subarray(first, first + (control & 0x1f))) seconds = seconds * 256 + byte
  return seconds > 0 ? seconds * 1000 : null
}

const builtOfMaxMind = async (path: string): Promise<number | null> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return epochIn(buffer)
  } finally {
    await file.close()
  }
}

/** Packages of tables carry their day in the version: `2.3.2026061719`. */
const dayOfPackage = async (folder: string): Promise<number | null> => {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '')
  const [, year, month, day] = /"version": "\d+\.\d+\.(20\d\d)(\d\d)(\d\d)\d*"/.exec(text) ?? []
  return year === undefined ? null : Date.UTC(Number(year), Number(month) - 1, Number(day))
}

/** A CSV says nothing of its age: the day of its package, else when it was written. */
const builtOfCsv = async (path: string): Promise<number | null> =>
  (await dayOfPackage(dirname(path))) ?? (await stat(path)).mtimeMs

const ageOf = async (path: string, use: GeoUse): Promise<GeoFileAge> => {
  try {
    const isCsv = path.endsWith('.csv')
    if (isCsv && !(await beginsAsAsnCsv(path)))
      return { path, use, builtAt: null, problem: say('geo.csv') }
    const builtAt = isCsv ? await builtOfCsv(path) : await builtOfMaxMind(path)
    const problem = builtAt === null ? say('geo.format') : null
    return { path, use, builtAt, problem }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const problem = code === 'ENOENT' ? say('file.missing') : say('file.unreadable', { code })
    return { path, use, builtAt: null, problem }
  }
}

/** Looks at the ends of the files, or where they begin; none is read whole. */
export const geoAges = async (files: {
  readonly places: readonly string[]
  readonly networks: readonly string[]
}): Promise<readonly GeoFileAge[]> =>
  await Promise.all([
    ...files.places.map(async (path) => await ageOf(path, 'places')),
    ...files.networks.map(async (path) => await ageOf(path, 'networks')),
  ])

const daysOf = (builtAt: number, now: number): number => Math.floor((now - builtAt) / DAY_MS)

/** Whether a file is so old that it misleads. */
const isOld = ({ use, builtAt }: GeoFileAge, now: number): boolean =>
  builtAt !== null && daysOf(builtAt, now) > OLD_DAYS[use]

/** A file with its day and what it gives, as a phrase. */
const phraseOf = (age: GeoFileAge, now: number): string => {
  if (age.builtAt === null)
    return say('about', { name: age.path, what: age.problem ?? say('geo.ageless') })
  const day = new Date(age.builtAt).toISOString().slice(0, 10)
  const values = { file: basename(age.path), day, n: daysOf(age.builtAt, now) }
  return say(`geo.${age.use}`, values)
}

/** What the geo files come to, for people. */
export interface GeoSummary {
  /** A phrase for each file. */
  readonly files: readonly string[]
  /** What does not work, and why. */
  readonly problems: readonly string[]
  /** What is old. */
  readonly warnings: readonly string[]
}

/** Says how old the files are and what does not work without them; `now` in Unix ms. */
export const geoSummary = (ages: readonly GeoFileAge[], now: number): GeoSummary => {
  const usable = (use: GeoUse): boolean =>
    ages.some((age) => age.use === use && age.problem === null)
  const missing = (['places', 'networks'] as const).filter((use) => !usable(use))
  return {
    files: ages.map((age) => phraseOf(age, now)),
    problems: [
      ...ages.filter(({ problem }) => problem !== null).map((age) => phraseOf(age, now)),
      ...missing.map((use) => say(WITHOUT[use])),
    ],
    warnings: ages
      .filter((age) => isOld(age, now))
      .map((age) =>
        say('geo.old', {
          file: phraseOf(age, now),
          n: OLD_DAYS[age.use],
          setting: age.use === 'places' ? 'geo.files' : 'geo.asn_files',
        }),
      ),
  }
}
