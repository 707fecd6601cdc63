import { say } from './sentences.ts'

/** What the system says of a file, as a phrase; `null` where the error is none of its. */
export const systemProblem = (error: unknown): string | null => {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null
  if (error.code === 'ENOENT') return say('file.missing')
  if (error.code === 'EISDIR') return say('file.is_folder')
  return say('file.unreadable', { code: String(error.code) })
}

/** Why a file could not be read, as a phrase. */
export const fileProblem = (error: unknown): string =>
  systemProblem(error) ?? say('file.unreadable', { code: 'unreadable' })
