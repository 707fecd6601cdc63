import { readFileSync } from 'node:fs'
import { fileProblem } from '../../sentences/file-problems.ts'
import { CliError } from './context.ts'

const STDIN = 0

/** A file the command line names, `-` for what comes on stdin. Throws {@link CliError} with the file and what is wrong with it. */
export const readTextFile = (file: string): string => {
  try {
    return readFileSync(file === '-' ? STDIN : file, 'utf8')
  } catch (error) {
    throw new CliError(`${file}: ${fileProblem(error)}`)
  }
}
