import { readFileSync } from 'node:fs'
import { CliError } from './context.ts'

/** A file the command line names. Throws {@link CliError} with the file and what is wrong with it. */
export const readTextFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new CliError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`)
  }
}
