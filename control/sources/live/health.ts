import type { SourceHealth } from '../model/play-source.ts'
import { SourceError } from '../model/source-error.ts'

/** Keeps the health of a source. */
export interface HealthKeeper {
  started(): void
  stopped(): void
  answered(): void
  /** Notes a message on an open connection, which does not show whether the server still accepts the token. */
  heard(): void
  failed(error: unknown): void
  read(): SourceHealth
}

const signInAfter = (error: unknown, before: SourceHealth['signIn']): SourceHealth['signIn'] => {
  if (!(error instanceof SourceError)) return before
  if (error.failure.kind === 'unauthorized') return 'refused'
  // A refusal other than of the key means that the key was accepted.
  return error.failure.kind === 'refused' ? 'accepted' : before
}

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'it failed for an unknown reason'

/** Creates the health of a source that is not started. */
export const createHealth = (now: () => number): HealthKeeper => {
  let current: Omit<SourceHealth, 'lagMs'> = {
    state: 'stopped',
    signIn: 'unknown',
    lastEventAt: null,
    problem: null,
  }
  return {
    started: () => {
      current = { ...current, state: 'connecting', signIn: 'unknown', problem: null }
    },
    stopped: () => {
      current = { ...current, state: 'stopped' }
    },
    answered: () => {
      if (current.state === 'stopped') return
      current = { state: 'watching', signIn: 'accepted', lastEventAt: now(), problem: null }
    },
    heard: () => {
      if (current.state === 'stopped') return
      current = { ...current, lastEventAt: now() }
    },
    failed: (error) => {
      if (current.state === 'stopped') return
      const signIn = signInAfter(error, current.signIn)
      current = { ...current, state: 'failing', signIn, problem: sentenceOf(error) }
    },
    read: () => {
      const { state, lastEventAt } = current
      const lagMs =
        lastEventAt === null || state === 'stopped' ? null : Math.max(0, now() - lastEventAt)
      return { ...current, lagMs }
    },
  }
}
