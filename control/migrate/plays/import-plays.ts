import { countryWatchedIn } from '#domain/geo'
import { memoize } from '#domain/memoize'
import type { GeoPlace, PlayRecord } from '#domain/types'
import type { ImportInput, InputRow } from './import-input.ts'
import { type ImportState, type ImportTally, NONE } from './import-state.ts'
import { readPlayRow } from './play-row.ts'

/** What became of a batch that was written. */
export type Written = Pick<
  Required<ImportTally>,
  'inserted' | 'updated' | 'unchanged' | 'expired' | 'otherAccount'
>

/** Where an address is and whose it is. */
export type WhereIs = (address: string) => (GeoPlace & Pick<PlayRecord, 'asn' | 'asnOrg'>) | null

/** A row that was left out. */
export interface BadRow {
  readonly where: string
  readonly problem: string
  readonly raw: unknown
}

/** What an import stands on. */
export interface ImportPorts {
  /** Writes a batch; writing a play twice changes nothing. */
  readonly write: (plays: readonly PlayRecord[]) => Promise<Written>
  /** Finds places for rows that name none. */
  readonly whereIs?: WhereIs | undefined
  /** Keeps a bad row; answers the length of the list in bytes. */
  readonly reject: (row: BadRow) => number
  /** Keeps how far the import is; called after each batch was written. */
  readonly save: (state: ImportState) => Promise<void>
  readonly now: () => number
  /** Rows written at once; 5,000 when left out. */
  readonly batch?: number | undefined
}

/** What a transaction costs is shared by so many rows; more of them are copied about by the garbage collector. */
const BATCH = 5000

type Tally = { -readonly [K in keyof ImportTally]: ImportTally[K] }

const isPlaced = ({ country, latitude, asn }: PlayRecord): boolean =>
  (country !== null || latitude !== null) && asn !== null

const locate = (play: PlayRecord, whereIs: WhereIs | undefined): PlayRecord => {
  if (whereIs === undefined || play.isLan || play.address === null || isPlaced(play)) return play
  const found = whereIs(play.address)
  if (found === null) return play
  const { isCountryDisputed: _, ...place } = { ...found, country: countryWatchedIn(found) }
  const isUnplaced = play.country === null && play.latitude === null
  return {
    ...play,
    ...(isUnplaced ? place : {}),
    asn: play.asn ?? found.asn,
    asnOrg: play.asnOrg ?? found.asnOrg,
  }
}

const COUNTED = ['inserted', 'updated', 'unchanged', 'expired'] as const

/** Counts a batch of so many plays; those told twice in it were written once, and are known by then. */
const addWritten = (tally: Tally, written: Written, plays: number): void => {
  for (const key of COUNTED) tally[key] += written[key]
  tally.unchanged += plays - COUNTED.reduce((sum, key) => sum + written[key], 0)
  tally.otherAccount = (tally.otherAccount ?? 0) + written.otherAccount
}

/** Imports rows that are at hand: the bad ones are counted, the first named, and left out. */
export const importRows = async (
  rows: readonly unknown[],
  write: ImportPorts['write'],
): Promise<ImportTally & { readonly problems: readonly string[] }> => {
  const tally: Tally = { ...NONE }
  const problems: string[] = []
  const plays: PlayRecord[] = []
  for (const [i, value] of rows.entries()) {
    const row = readPlayRow(value)
    tally.rows += 1
    if ('play' in row) plays.push(row.play)
    else {
      tally.bad += 1
      if (problems.length < 10) problems.push(`play ${i + 1}: ${row.problem}`)
    }
  }
  addWritten(tally, await write(plays), plays.length)
  return { ...tally, problems }
}

/** What is being imported, between two batches. */
interface Progress {
  readonly tally: Tally
  readonly sources: Set<string>
  batch: PlayRecord[]
  from: number | null
  to: number | null
  rejectedBytes: number
}

const progressOf = (state: ImportState): Progress => ({
  tally: { ...state.tally },
  sources: new Set(state.sources),
  batch: [],
  from: state.from,
  to: state.to,
  rejectedBytes: state.rejectedBytes,
})

const take = (progress: Progress, row: InputRow, ports: ImportPorts): void => {
  const { read, where, raw } = row
  progress.tally.rows += 1
  if ('problem' in read) {
    progress.tally.bad += 1
    progress.rejectedBytes = ports.reject({ where, problem: read.problem, raw })
    return
  }
  const { play } = read
  progress.batch.push(locate(play, ports.whereIs))
  progress.sources.add(play.source)
  progress.from = Math.min(progress.from ?? play.startedAt, play.startedAt)
  progress.to = Math.max(progress.to ?? play.lastSeenAt, play.lastSeenAt)
}

/** Rows a second and seconds that are left, by what this run has done since it began. */
const paceOf = (began: ImportState, rows: number, fraction: number | null, now: number) => {
  const seconds = Math.max(0.001, (now - began.updatedAt) / 1000)
  const read = fraction === null ? 0 : fraction - (began.fraction ?? 0)
  return {
    fraction,
    rowsPerSecond: Math.round((rows - began.tally.rows) / seconds),
    secondsLeft:
      fraction === null || read <= 0 ? null : Math.round((seconds * (1 - fraction)) / read),
  }
}

/**
 * Imports a history in batches, from where `state` stands. Bad rows are listed and left out; what was imported before
 * changes nothing. Answers the state at the end, `judging`: what is left is to look for findings in it. Throws what
 * reading and writing throw; all up to the last state saved is then kept.
 */
export const importPlays = async (
  input: ImportInput,
  state: ImportState,
  ports: ImportPorts,
): Promise<ImportState> => {
  const began: ImportState = { ...state, updatedAt: ports.now() }
  const progress = progressOf(state)
  let current = began
  const flush = async (position: number): Promise<void> => {
    const { batch, tally } = progress
    progress.batch = []
    if (batch.length > 0) addWritten(tally, await ports.write(batch), batch.length)
    const now = ports.now()
    current = {
      ...current,
      position,
      tally: { ...tally },
      sources: [...progress.sources],
      from: progress.from,
      to: progress.to,
      rejectedBytes: progress.rejectedBytes,
      updatedAt: now,
      ...paceOf(began, tally.rows, input.fraction(), now),
    }
    await ports.save(current)
  }
  // A household's plays come from few addresses.
  const whereIs = ports.whereIs && memoize(ports.whereIs)
  const remembered = { ...ports, whereIs }
  let position = state.position
  let since = 0
  for await (const row of input.rows(state.position)) {
    take(progress, row, remembered)
    position = row.position
    since += 1
    if (since < (ports.batch ?? BATCH)) continue
    since = 0
    await flush(position)
  }
  await flush(position)
  current = { ...current, state: 'judging', fraction: 1, secondsLeft: 0 }
  await ports.save(current)
  return current
}
