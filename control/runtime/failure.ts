/** A start-up failure with a message that says what to do; programs print it and exit 2. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** The message for a full disk, whichever program met it. */
export const DISK_FULL = 'The disk is full; free some space and run it again.'

/** Whether the output of a program says that the disk is full. */
export const isDiskFullMessage = (text: string): boolean => /no space left|ENOSPC/i.test(text)

const CLOSED: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** The sentence of a Failure, or the message of any other error. */
export function sentence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOSPC') return DISK_FULL
  if (error instanceof Error && CLOSED.has(code) && 'path' in error)
    return `${String(error.path)} is closed to this user (${String(code)}); check whose it is, or run this as its owner.`
  return error instanceof Error ? error.message : String(error)
}

/** Prints the sentence and exits 2: what every program does with an error that reaches its top. */
export function reportAndExit(error: unknown): never {
  process.stderr.write(`${sentence(error)}\n`)
  process.exit(2)
}
