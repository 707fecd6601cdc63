import { useState } from 'preact/hooks'
import { messageOf } from '../text/failure.ts'

/** A change that a button makes, and why it failed. */
export interface Action {
  readonly error: string | null
  /** Does it, then calls `done`; a failure is kept in `error` until the next try. */
  readonly run: (act: () => Promise<unknown>, done: () => void) => void
}

/** Runs changes and keeps what went wrong with the last one. */
export const useAction = (): Action => {
  const [error, setError] = useState<string | null>(null)
  const run: Action['run'] = (act, done) => {
    setError(null)
    act().then(done, (failure: unknown) => setError(messageOf(failure)))
  }
  return { error, run }
}
