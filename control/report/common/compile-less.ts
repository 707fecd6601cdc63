import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 inline less and leave out the largest functions where it optimises: a process that works for seconds and ends spends more on that than it
 * gets back. What runs longer is no slower for it.
 */
export const compileLess = (): void => {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100')
  setFlagsFromString('--max-optimized-bytecode-size=4000')
}
