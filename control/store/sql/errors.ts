/** Kinds of store errors a caller may act on. */
export type StoreErrorCode =
  | 'store.url'
  | 'store.locked'
  | 'store.newer'
  | 'store.version'
  | 'store.changed_migration'
  | 'store.unavailable'
  | 'store.full'
  | 'store.conflict'
  | 'store.query'

/** An error an operator may read: its message names no secret and needs no stack. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** The message of anything thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

const PASSING: ReadonlySet<string> = new Set(['store.unavailable', 'store.full', 'store.locked'])

/** Whether a failure is transient, so that the write is retried. */
export const isTransient = (error: unknown): boolean =>
  error instanceof StoreError && PASSING.has(error.code)
