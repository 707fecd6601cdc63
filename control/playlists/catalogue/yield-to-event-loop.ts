/** Items processed between two yields: about ten milliseconds. */
const batch = 2000

/** Yields to the event loop, so that lists of 50,000 channels do not block requests. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Yields at every so many items of a loop, by the index of the current item. */
export const yieldEvery = (index: number): Promise<void> | undefined =>
  index % batch === batch - 1 ? yieldToEventLoop() : undefined
