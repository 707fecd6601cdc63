import { accessSync, constants } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { ImportInput } from '../../migrate/plays/import-input.ts'
import { importPlays } from '../../migrate/plays/import-plays.ts'
import {
  type ImportState,
  importId,
  importOf,
  startingState,
} from '../../migrate/plays/import-state.ts'
import { openRejected } from '../../migrate/plays/rejected-file.ts'
import { fileProblem } from '../../sentences/file-problems.ts'
import { PastFileError } from '../../sources/model/past-file-error.ts'
import { SourceError } from '../../sources/model/source-error.ts'
import { CliError, type GlobalOptions } from '../common/context.ts'
import { print, warn } from '../common/output.ts'
import { openPlaces } from '../detection/store-history.ts'
import { openTarget } from './import-target.ts'

/** Options of every import. */
export interface ImportOptions extends GlobalOptions {
  /** Where bad rows are listed. */
  readonly rejected?: string
}

const counted = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`
}

const summary = ({ tally }: ImportState): string =>
  `${tally.rows} rows: ${tally.inserted} new, ${tally.updated} completed, ${tally.unchanged} known before, ` +
  `${tally.bad} bad${tally.expired > 0 ? `, ${tally.expired} older than what is kept` : ''}`

/** "12 %, 4200 rows a second, 2 min 3 s left". */
const paceText = ({ fraction, rowsPerSecond, secondsLeft }: ImportState): string =>
  [
    fraction === null ? null : `${Math.floor(fraction * 100)} %`,
    rowsPerSecond === null ? null : `${rowsPerSecond} rows a second`,
    secondsLeft === null ? null : `${counted(secondsLeft)} left`,
  ]
    .filter((part) => part !== null)
    .join(', ')

/** The list of bad rows stands beside the file, where that folder may be written to, else in the current folder. */
export const rejectedBeside = (file: string): string => {
  const name = `${basename(file)}.rejected.ndjson`
  const folder = dirname(resolve(file))
  try {
    accessSync(folder, constants.W_OK)
    return resolve(folder, name)
  } catch {
    return resolve(name)
  }
}

const PROGRESS_MS = 2000
const SHOWN_PROBLEMS = 10

/** What went wrong with the input, in words with its name; other errors as they are. */
const inWords = (error: unknown, name: string): unknown => {
  if (error instanceof SourceError)
    return new CliError(`${error.message}${error.advice === null ? '' : ` ${error.advice}`}`)
  if (error instanceof PastFileError) return new CliError(`${name} ${error.message}`)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(Z_|ERR_STREAM|E[A-Z]+$)/.test(code)
    ? new CliError(
        `${name} is not readable as a whole file (${code}); what came before is imported`,
      )
    : error
}

const show = (state: ImportState, rejected: string, json: boolean): void => {
  if (json)
    print(
      JSON.stringify(
        {
          ...state.tally,
          findings: state.findings,
          rejected: state.tally.bad > 0 ? rejected : null,
        },
        null,
        2,
      ),
    )
  else {
    print(summary(state))
    print(`detection over the imported past: ${state.findings ?? 0} findings; nobody was told`)
  }
  const others = state.tally.otherAccount ?? 0
  if (others > 0)
    warn(
      `  ${others} ${others === 1 ? 'play was' : 'plays were'} another account's before, with the same id of the same source; the account of the later news stands. Histories of two servers need two names.`,
    )
  if (state.tally.bad > 0) warn(`  bad rows are listed in ${rejected}`)
}

/** Batches are garbage soon: without this the heap grows to several times what it holds before it is cleared. */
const keepHeapSmall = (): void => setFlagsFromString('--heap-growing-percent=25')

/** Runs an import to its end, from where an earlier run of the same input broke off. */
const importAndJudge = async (
  input: ImportInput,
  options: ImportOptions,
  rejectedPath: string,
): Promise<ImportState> => {
  keepHeapSmall()
  const places = await openPlaces(options)
  const target = await openTarget(options)
  const began = startingState(
    await target.load(importId(input.identity)),
    importOf(input, Date.now()),
  )
  if (began.position > 0)
    warn(`  an earlier import broke off; going on after ${began.tally.rows} rows`)
  const rejected = openRejected(rejectedPath, began.rejectedBytes)
  let said = 0
  let shown = 0
  try {
    const read = await importPlays(input, began, {
      write: async (plays) => await target.write(plays),
      whereIs: places.whereIs,
      now: () => Date.now(),
      reject: (row) => {
        shown += 1
        if (shown <= SHOWN_PROBLEMS) warn(`  ${row.where}: ${row.problem}`)
        return rejected.add(row)
      },
      save: async (state) => {
        await target.save(state)
        if (Date.now() - said < PROGRESS_MS) return
        said = Date.now()
        warn(`  ${summary(state)}; ${paceText(state)}`)
      },
    })
    const done: ImportState = { ...read, state: 'done', findings: await target.judge(read) }
    await target.save(done)
    return done
  } finally {
    rejected.close()
    places.close()
    await target.close()
  }
}

/**
 * Imports a history into the running control plane, else into the instance's own store, and runs detection over it; progress
 * and bad rows on stderr. Throws {@link CliError} where it cannot be read or written.
 */
export const runImport = async (
  input: ImportInput,
  options: ImportOptions,
  besideFile: string,
): Promise<void> => {
  const rejected = resolve(options.rejected ?? rejectedBeside(besideFile))
  const done = await importAndJudge(input, options, rejected).catch((error: unknown): never => {
    throw inWords(error, input.name)
  })
  show(done, rejected, options.json === true)
  if (done.tally.bad > 0) process.exitCode = 1
}

/** Makes the input of a file. Throws {@link CliError} where there is no such file. */
export const inputOfFile = <I>(file: string, make: (path: string) => I): I => {
  try {
    return make(file)
  } catch (error) {
    throw new CliError(`${file}: ${fileProblem(error)}`)
  }
}
