import { CommanderError } from 'commander'
import { ConfigError } from '../config/problems.ts'
import { CliError } from './context.ts'
import { globalsLast } from './globals-last.ts'
import { idsLast } from './ids-last.ts'
import { warn } from './output.ts'
import { createProgram } from './program.ts'

const USAGE_EXIT = 2

const [node = '', script = '', ...words] = process.argv
const argv = [node, script, ...globalsLast(words)]

try {
  await createProgram().parseAsync(idsLast(argv))
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT
  } else {
    const isExpected = error instanceof CliError || error instanceof ConfigError
    const message = error instanceof Error ? error.message : String(error)
    warn(isExpected ? message : `Error: ${message}`)
    process.exitCode = USAGE_EXIT
  }
}
