import { dirname, resolve } from 'node:path'
import { Command } from 'commander'
import { type ImportResult, importFlussonic } from '../../migrate/flussonic/flussonic.ts'
import { importNginxGeo } from '../../migrate/nginx/geo.ts'
import { includeFrom, mainFolder } from '../../migrate/read-include.ts'
import { formatReport } from '../../migrate/report.ts'
import { writeImportYaml } from '../../migrate/write-yaml.ts'
import { print, warn } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'

type Importer = (
  source: string,
  options: Parameters<typeof importFlussonic>[1],
) => ImportResult<object>

const addImporter = (
  command: Command,
  {
    name,
    words,
    importer,
    folderOf,
  }: {
    name: string
    words: string
    importer: Importer
    folderOf: (file: string) => string
  },
): void => {
  command
    .command(`${name} <file>`)
    .description(words)
    .option('--json', 'print JSON')
    .action((file: string, options: { json?: boolean }) => {
      const readInclude = includeFrom(folderOf(file))
      const { config, report } = importer(readTextFile(file), { file, readInclude })
      if (options.json === true) print(JSON.stringify({ config, report }, null, 2))
      else {
        print(writeImportYaml(config, report).trimEnd())
        warn(formatReport(report))
      }
      if (report.some(({ kind }) => kind === 'not_understood')) process.exitCode = 1
    })
}

/**
 * `gatehouse import`: other servers' configurations as ours, on stdout; what became of each line, on stderr. Other
 * modules add their kinds of import by `addMore`.
 */
export const importCommand = (addMore: (command: Command) => void = () => undefined): Command => {
  const command = new Command('import').description(
    "turn another server's configuration or history into ours",
  )
  addImporter(command, {
    name: 'flussonic',
    words: 'auth_backend blocks and the auth and on_play lines of streams',
    importer: importFlussonic,
    folderOf: (file) => dirname(resolve(file)),
  })
  addImporter(command, {
    name: 'nginx-geo',
    words: 'a geo block and the locations that use it',
    importer: importNginxGeo,
    folderOf: mainFolder,
  })
  addMore(command)
  return command
}
