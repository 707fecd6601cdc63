/** Items worked on before others get their turn: some ten milliseconds. */
const batch = 2000

/** Hands the event loop back: lists of 50,000 channels must not hold up a viewer. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Hands it back once in a while, by the number of the item at hand. */
export const yieldEvery = (index: number): Promise<void> | undefined =>
  index % batch === batch - 1 ? yieldToEventLoop() : undefined
