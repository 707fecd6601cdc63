import type { Command } from 'commander'
import { historyFile } from '../../migrate/plays/history-file.ts'
import { withGlobals } from '../common/context.ts'
import { type ImportOptions, inputOfFile, runImport } from './run-import.ts'

/** Says where bad rows are listed. */
export const REJECTED_OPTION = [
  '--rejected <file>',
  'where bad rows are listed; FILE.rejected.ndjson beside the file when left out',
] as const

/** Adds `import history`: plays of an exported history into ours, as often as one likes. */
export const addHistoryImport = (command: Command): void => {
  withGlobals(
    command
      .command('history <file>')
      .description('plays of an exported history (NDJSON, packed with gzip or not) into ours'),
  )
    .option(...REJECTED_OPTION)
    .action(async (file: string, options: ImportOptions) => {
      await runImport(inputOfFile(file, historyFile), options, file)
    })
}
