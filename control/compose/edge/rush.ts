import type { ProcessPriority } from './process-priority.ts'

const LOOK_MS = 250
/** Openings in {@link LOOK_MS} from which on it is a rush: 200 a second. */
const MANY = 50
/** Looks without a rush after which it is over. */
const CALM_LOOKS = 8

/** Counts openings; `stop` ends a rush. */
export interface Rush {
  readonly count: () => void
  readonly stop: () => void
}

/**
 * Lets those who play go before those who come: with many openings at a time this process has a lower priority than nginx, which would otherwise wait
 * for a processor with every manifest it could answer at once.
 */
export const createRush = (priority: ProcessPriority): Rush => {
  let opened = 0
  let calm = 0
  let isRush = false
  let timer: NodeJS.Timeout | null = null
  const stop = (): void => {
    if (isRush && !priority.restore()) return
    isRush = false
    if (timer !== null) clearInterval(timer)
    timer = null
  }
  const look = (): void => {
    calm = opened >= MANY ? 0 : calm + 1
    opened = 0
    if (calm === 0 && !isRush) {
      isRush = true
      priority.lower()
    }
    if (calm >= CALM_LOOKS) stop()
  }
  return {
    count: () => {
      opened += 1
      if (timer !== null) return
      calm = 0
      timer = setInterval(look, LOOK_MS).unref()
    },
    stop,
  }
}
