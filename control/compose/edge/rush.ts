import type { ProcessPriority } from './process-priority.ts'

const LOOK_MS = 250
/** Openings in {@link LOOK_MS} from which on it is a rush: 200 a second. */
const MANY = 50
/** Looks without a rush after which it is over. */
const CALM_LOOKS = 8

/** Looks in a row that find this process starved, after which it gives way no longer. */
const STARVED_LOOKS = 4

/** Counts openings; `stop` ends a rush. */
export interface Rush {
  readonly count: () => void
  readonly stop: () => void
}

/**
 * Lets those who play go before those who come: with many openings at a time this process has a lower priority than nginx, which would otherwise wait
 * for a processor with every manifest it could answer at once. Where other programs keep the processors busy, they would take what is meant for nginx: the
 * usual priority comes back then, until the rush is over.
 */
export const createRush = (priority: ProcessPriority): Rush => {
  let opened = 0
  let calm = 0
  let isLow = false
  let starved = 0
  let timer: NodeJS.Timeout | null = null
  const restore = (): boolean => {
    if (isLow && priority.restore()) isLow = false
    return !isLow
  }
  const stop = (): void => {
    if (!restore()) return
    starved = 0
    if (timer !== null) clearInterval(timer)
    timer = null
  }
  const look = (): void => {
    calm = opened >= MANY ? 0 : calm + 1
    opened = 0
    const isHungry = priority.isStarved()
    if (starved >= STARVED_LOOKS) restore()
    else if (isLow) starved = isHungry ? starved + 1 : 0
    else if (calm === 0) {
      isLow = true
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
