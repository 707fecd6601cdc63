import { CommanderError } from 'commander'
import { ConfigError } from '../config/problems/problems.ts'
import { Failure } from '../runtime/failure.ts'
import { CliError } from './common/context.ts'
import { warn } from './common/output.ts'
import { runProgram } from './program.ts'

const USAGE_EXIT = 2

// The reader has closed the pipe, as `| head` does.
process.stdout.on('error', () => process.exit())

try {
  await runProgram(process.argv.slice(2))
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT
  } else {
    const isExpected = [CliError, ConfigError, Failure].some((kind) => error instanceof kind)
    const message = error instanceof Error ? error.message : String(error)
    warn(isExpected ? message : `Error: ${message}`)
    process.exitCode = USAGE_EXIT
  }
}
