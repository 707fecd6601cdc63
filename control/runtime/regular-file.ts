import type { Stats } from 'node:fs'
import { systemProblem } from '../sentences/file-problems.ts'
import { say } from '../sentences/sentences.ts'

/** A folder, a pipe or a device where a file was expected. */
class NotRegularError extends Error {}

/** Refuses what is no regular file: reading a pipe waits for a writer, and a device may have no end. */
export const requireRegular = (stats: Stats): Stats => {
  if (!stats.isFile()) throw new NotRegularError('not a regular file')
  return stats
}

/** Why the system gives no file, as a phrase; `null` where the error is none of its. */
export const systemReason = (error: unknown): string | null => {
  if (error instanceof NotRegularError) return say('file.not_regular')
  return systemProblem(error)
}
