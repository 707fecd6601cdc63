import type { Command } from 'commander'
import { IMPORTED_PASTS } from '../../sources/registry.ts'
import { withGlobals } from '../common/context.ts'
import { REJECTED_OPTION } from './import-history.ts'
import { type ImportOptions, inputOfFile, runImport } from './run-import.ts'

interface JellystatOptions extends ImportOptions {
  readonly server?: string
}

/** Adds `import jellystat`: the activity in a backup of Jellystat, as often as one likes. */
export const addJellystatImport = (command: Command): void => {
  withGlobals(
    command
      .command('jellystat <file>')
      .description(
        'the activity in a backup of Jellystat (JSON, packed with gzip or not) into ours',
      ),
  )
    .option('--server <name>', 'the media server it watches: accounts are those of its live plays')
    .option(...REJECTED_OPTION)
    .action(async (file: string, options: JellystatOptions) => {
      const input = inputOfFile(file, (path) => IMPORTED_PASTS.jellystat.file(path, options.server))
      await runImport(input, options, file)
    })
}
