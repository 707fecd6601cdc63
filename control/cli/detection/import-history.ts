import type { Command } from 'commander'
import { type ImportTally, importPlays, type Written } from '../../migrate/plays/import-plays.ts'
import { linesOfFile } from '../../migrate/plays/read-lines.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, pathsOf, withGlobals } from '../common/context.ts'
import { isRow, print, warn } from '../common/output.ts'
import { isControlRunning } from './running-history.ts'
import { openInstanceStore, openPlaces } from './store-history.ts'

const READABLE = 'is not readable as a file of plays'

/** The lines of the named file. Throws {@link CliError} with the file and what is wrong with it. */
async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* linesOfFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : READABLE
    throw new CliError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`)
  }
}

const numberOf = (answer: unknown, name: string): number =>
  isRow(answer) && typeof answer[name] === 'number' ? answer[name] : 0

const writtenOf = (answer: unknown): Written => ({
  inserted: numberOf(answer, 'inserted'),
  updated: numberOf(answer, 'updated'),
  unchanged: numberOf(answer, 'unchanged'),
  expired: numberOf(answer, 'expired'),
})

/** Where an import writes: the running control plane, else the instance's own store, made where there is none. */
const openTarget = async (options: GlobalOptions) => {
  const { adminSocket } = pathsOf(options)
  if (await isControlRunning(adminSocket)) {
    const write = async (plays: readonly unknown[]): Promise<Written> =>
      writtenOf(
        await callAdmin(options, { method: 'POST', path: '/history/plays', body: { plays } }),
      )
    return { write, close: () => Promise.resolve() }
  }
  const store = await openInstanceStore(options, { create: true })
  return {
    write: async (plays: Parameters<typeof store.history.upsertPlays>[0]) =>
      await store.history.upsertPlays(plays),
    close: async () => await store.close(),
  }
}

const summary = (tally: ImportTally): string =>
  `${tally.rows} rows: ${tally.inserted} new, ${tally.updated} completed, ${tally.unchanged} known before, ` +
  `${tally.bad} bad${tally.expired > 0 ? `, ${tally.expired} older than what is kept` : ''}`

/** Rows a second since the beginning. */
const rateOf = (rows: number, sinceMs: number): string =>
  `${Math.round((rows * 1000) / Math.max(1, Date.now() - sinceMs))} rows a second`

const show = (tally: ImportTally, json: boolean): void => {
  for (const problem of tally.problems) warn(`  ${problem}`)
  if (tally.bad > tally.problems.length)
    warn(`  and ${tally.bad - tally.problems.length} more bad rows`)
  if (json) print(JSON.stringify(tally, null, 2))
  else print(summary(tally))
}

const PROGRESS_MS = 2000

/**
 * Imports plays given one a line into the running control plane, else into the instance's own store; progress and bad
 * rows on stderr. Throws {@link CliError} where neither can be written.
 */
export const importLines = async (
  lines: AsyncIterable<string>,
  options: GlobalOptions,
): Promise<void> => {
  const places = await openPlaces(options)
  const target = await openTarget(options)
  const began = Date.now()
  let said = began
  try {
    const tally = await importPlays(lines, {
      write: target.write,
      whereIs: places.whereIs,
      onProgress: (now) => {
        if (Date.now() - said < PROGRESS_MS) return
        said = Date.now()
        warn(`  ${summary(now)}; ${rateOf(now.rows, began)} …`)
      },
    })
    show(tally, options.json === true)
    if (tally.bad > 0) process.exitCode = 1
  } finally {
    places.close()
    await target.close()
  }
}

const act = async (file: string, options: GlobalOptions): Promise<void> =>
  await importLines(linesOf(file), options)

/** Adds `import history`: plays of an exported history into ours, as often as one likes. */
export const addHistoryImport = (command: Command): void => {
  withGlobals(
    command
      .command('history <file>')
      .description('plays of an exported history (NDJSON, packed with gzip or not) into ours'),
  ).action(act)
}
