/** A start-up failure told in one sentence that says what to do; programs print it and exit 2. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** The sentence of a Failure, or the message of any other error. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Prints the sentence and exits 2: what every program does with an error that reaches its top. */
export function reportAndExit(error: unknown): never {
  process.stderr.write(`${sentence(error)}\n`)
  process.exit(2)
}
