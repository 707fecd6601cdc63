import type { GeoPlace, PlayRecord } from '#domain/types'
import { type ReadRow, readPlayRow } from './play-row.ts'

/** What became of a batch that was written. */
export interface Written {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly expired: number
}

/** Where an address is and whose it is. */
export type WhereIs = (address: string) => (GeoPlace & Pick<PlayRecord, 'asn' | 'asnOrg'>) | null

/** What an import did. */
export interface ImportTally extends Written {
  readonly rows: number
  readonly bad: number
  /** The first bad rows: "line 7: account is missing". */
  readonly problems: readonly string[]
}

/** What an import stands on. */
export interface ImportParts {
  /** Writes a batch; writing a play twice changes nothing. */
  readonly write: (plays: readonly PlayRecord[]) => Promise<Written>
  /** Finds places for rows that name none. */
  readonly whereIs?: WhereIs | undefined
  /** Called after each batch with what was done so far. */
  readonly onProgress?: ((tally: ImportTally) => void) | undefined
}

const BATCH = 2000
const PROBLEMS_AT_MOST = 10

type Tally = { -readonly [K in keyof ImportTally]: ImportTally[K] } & { problems: string[] }

const isExportsEnd = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'accounts' in value &&
  Object.keys(value).length === 1

/** The rows of a line: one play, one account's plays as our own export writes them, or its closing line. */
const rowsOf = (line: string): ReadRow[] => {
  if (line.trim() === '') return []
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return [{ problem: 'no JSON' }]
  }
  if (isExportsEnd(value)) return []
  return Array.isArray(value) ? value.map(readPlayRow) : [readPlayRow(value)]
}

const isPlaced = ({ country, latitude, asn }: PlayRecord): boolean =>
  (country !== null || latitude !== null) && asn !== null

const locate = (play: PlayRecord, whereIs: WhereIs | undefined): PlayRecord => {
  if (whereIs === undefined || play.isLan || play.address === null || isPlaced(play)) return play
  const found = whereIs(play.address)
  if (found === null) return play
  const place =
    play.country === null && play.latitude === null
      ? found
      : { asn: found.asn, asnOrg: found.asnOrg }
  return { ...play, ...place, asn: play.asn ?? found.asn, asnOrg: play.asnOrg ?? found.asnOrg }
}

const emptyTally = (): Tally => ({
  rows: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  expired: 0,
  bad: 0,
  problems: [],
})

const addWritten = (tally: Tally, written: Written): void => {
  for (const key of ['inserted', 'updated', 'unchanged', 'expired'] as const)
    tally[key] += written[key]
}

const noteProblem = (tally: Tally, problem: string): void => {
  tally.bad += 1
  if (tally.problems.length < PROBLEMS_AT_MOST) tally.problems.push(problem)
}

/** Imports rows that are at hand: the bad ones are counted and left out. */
export const importRows = async (
  rows: readonly unknown[],
  write: ImportParts['write'],
): Promise<ImportTally> => {
  const tally = emptyTally()
  const plays: PlayRecord[] = []
  for (const [i, value] of rows.entries()) {
    const row = readPlayRow(value)
    tally.rows += 1
    if ('play' in row) plays.push(row.play)
    else noteProblem(tally, `play ${i + 1}: ${row.problem}`)
  }
  addWritten(tally, await write(plays))
  return tally
}

/**
 * Imports a history given line by line (NDJSON: one play, or an array of plays, a line), in batches. Bad rows are
 * counted and left out; what was imported before changes nothing, so an import that broke off is started anew.
 */
export const importPlays = async (
  lines: AsyncIterable<string>,
  { write, whereIs, onProgress }: ImportParts,
): Promise<ImportTally> => {
  const tally = emptyTally()
  let batch: PlayRecord[] = []
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const written = await write(batch)
    batch = []
    addWritten(tally, written)
    onProgress?.(tally)
  }
  let number = 0
  for await (const line of lines) {
    number += 1
    for (const row of rowsOf(line)) {
      tally.rows += 1
      if ('play' in row) batch.push(locate(row.play, whereIs))
      else noteProblem(tally, `line ${number}: ${row.problem}`)
      if (batch.length >= BATCH) await flush()
    }
  }
  await flush()
  return tally
}
