/** A failure whose message says what the operator can do; programs print it and exit with 2. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** The message for a full disk. */
export const DISK_FULL = 'The disk is full; free some space and run it again.'

/** Whether a program's output reports a full disk. */
export const isDiskFullMessage = (text: string): boolean => /no space left|ENOSPC/i.test(text)

const CLOSED: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** The message of an error as a sentence. */
export function sentence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOSPC') return DISK_FULL
  if (error instanceof Error && CLOSED.has(code) && 'path' in error)
    return `${String(error.path)} is closed to this user (${String(code)}); check whose it is, or run this as its owner.`
  return error instanceof Error ? error.message : String(error)
}

/** Prints an error's message and exits with 2: the handler of every program's uncaught errors. */
export function reportAndExit(error: unknown): never {
  process.stderr.write(`${sentence(error)}\n`)
  process.exit(2)
}
