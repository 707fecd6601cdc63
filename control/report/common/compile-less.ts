import { setFlagsFromString } from 'node:v8'

/** Flags that Node 20, 22 and 24 all know: one that V8 does not know is printed as an error. */
const FLAGS = [
  '--max-inlined-bytecode-size-cumulative=100',
  '--max-inlined-bytecode-size-small=0',
  '--no-turbo-inline-array-builtins',
  '--no-turbo-loop-peeling',
  '--no-turbo-splitting',
  '--max-optimized-bytecode-size=600',
]

/**
 * Lets V8 inline little, leave out large functions and some passes over the others where it optimises: a process that works for seconds
 * and ends spends more on that than it gets back.
 */
export const compileLess = (): void => {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
