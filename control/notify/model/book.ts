import type { Destination, Notifier } from './notifier.ts'

/** A destination ready to be sent to. */
export interface OpenDestination {
  readonly destination: Destination
  /** `file`: of gatehouse.yaml; `api`: added at run time. */
  readonly origin: 'file' | 'api'
  /** `null` where it cannot work; `problem` says why. */
  readonly notifier: Notifier | null
  readonly problem: string | null
}

/** The destinations there are, from memory. */
export interface DestinationBook {
  all(): readonly OpenDestination[]
  get(name: string): OpenDestination | undefined
}
