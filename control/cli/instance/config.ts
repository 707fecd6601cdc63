import { Command } from 'commander'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, withGlobals } from '../common/context.ts'
import { isRow, print, rowsOf } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'
import { asTable, type Options, pathSegment, printAnswer, withPaging } from '../common/resource.ts'

const field = (answer: unknown, name: string): string =>
  isRow(answer) && typeof answer[name] === 'string' ? answer[name] : ''

/** The problems of a text as lines; '' = none. */
const problemLines = (answer: unknown): string =>
  rowsOf(isRow(answer) ? answer['problems'] : [])
    .map(({ line, path, message }) => `line ${String(line)}: ${String(path)} ${String(message)}`)
    .join('\n')

const addText = (command: Command): void => {
  withGlobals(
    command.command('validate <file>').description('check a text as it would be used'),
  ).action(async (file: string, options: GlobalOptions) => {
    const body = { text: readTextFile(file) }
    const answer = await callAdmin(options, { method: 'POST', path: '/config/validate', body })
    const problems = problemLines(answer)
    if (options.json === true) print(JSON.stringify(answer))
    else if (problems === '') print('valid')
    if (problems !== '') throw new CliError(problems)
  })
  withGlobals(command.command('diff <file>').description('what a text would change')).action(
    async (file: string, options: GlobalOptions) => {
      const call = {
        method: 'POST',
        path: '/config/diff',
        body: { text: readTextFile(file) },
      } as const
      await printAnswer(
        options,
        call,
        (answer) => problemLines(answer) || field(answer, 'patch') || 'nothing differs',
      )
    },
  )
  withGlobals(
    command
      .command('apply <file>')
      .description('use a text from now on, without dropping a viewer'),
  )
    .option('--note <text>', 'why, for the list of versions')
    .action(async (file: string, options: GlobalOptions & { readonly note?: string }) => {
      const { note } = options
      const body = { text: readTextFile(file), ...(note === undefined ? {} : { note }) }
      const call = { method: 'PUT', path: '/config', body } as const
      await printAnswer(options, call, (answer) => `version ${field(answer, 'version')} is in use`)
    })
}

/** `gatehouse config`: the configuration of the running control plane. */
export const configCommand = (): Command => {
  const command = new Command('config').description('the configuration in use, and its versions')
  withGlobals(
    command.command('show', { isDefault: true }).description('print it, secrets hidden'),
  ).action(async (options: GlobalOptions) => {
    await printAnswer(options, { path: '/config' }, (answer) => field(answer, 'text').trimEnd())
  })
  addText(command)
  withPaging(command.command('versions').description('who changed it when')).action(
    async (options: Options) => {
      await printAnswer(
        options,
        { path: '/config/versions' },
        asTable(['id', 'at', 'by', 'note', 'isCurrent']),
      )
    },
  )
  withGlobals(command.command('restore <version>').description('use an earlier version')).action(
    async (version: string, options: GlobalOptions) => {
      const path = `/config/versions/${pathSegment(version)}/restore` as const
      await printAnswer(
        options,
        { method: 'POST', path },
        (answer) => `version ${field(answer, 'version')} is in use`,
      )
    },
  )
  return command
}

/** `gatehouse log-level`: how much is logged, until the next start. */
export const logLevelCommand = (): Command =>
  withGlobals(
    new Command('log-level')
      .argument('[level]', 'debug, info, warn or error; without one the present level is printed')
      .description('change how much is logged, until the next start'),
  ).action(async (level: string | undefined, options: GlobalOptions) => {
    const path = '/log-level'
    const say = (answer: unknown) => field(answer, 'level')
    if (level === undefined) await printAnswer(options, { path }, say)
    else await printAnswer(options, { method: 'PUT', path, body: { level } }, say)
  })
