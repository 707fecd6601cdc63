/** Lets at most so many run at once; the others wait their turn. */
export type ConcurrencyLimit = <T>(act: () => Promise<T>) => Promise<T>

/** A burst is sent in turns, so that a command's clock starts when it is sent and not when it was wanted. */
export const createConcurrencyLimit = (limit: number): ConcurrencyLimit => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (act) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await act()
    } finally {
      // The place is handed on, so nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
