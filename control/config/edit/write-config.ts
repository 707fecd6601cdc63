import { randomBytes } from 'node:crypto'
import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { say } from '../../sentences/sentences.ts'

/** Thrown where the configuration's file cannot be written. */
export class ConfigWriteError extends Error {
  readonly code = 'CONFIG_NOT_WRITABLE'
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'

/** Whether the process may write a file. */
export const isWritable = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Replaces a file by another text: as a whole where its folder can be written, so that no reader finds half of it; else, as with a single file
 * mounted into a container, in place. Its mode stays. Throws {@link ConfigWriteError} where neither is allowed.
 */
export const writeConfig = (file: string, text: string): void => {
  if (!isWritable(file)) throw new ConfigWriteError(say('file.unwritable', { file }))
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, text, { mode: statSync(file).mode & 0o777, flag: 'wx' })
    renameSync(draft, file)
    return
  } catch {
    rmSync(draft, { force: true })
  }
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new ConfigWriteError(say('file.cannot_be_written', { file, code: codeOf(error) }))
  }
}
