import * as fc from 'fast-check'

/** fast-check for njs: the same properties, fewer runs, since one nginx worker does them all. */
const RUNS = 30

const assert: typeof fc.assert = ((property: never, settings: { numRuns?: number } = {}) =>
  fc.assert(property, { ...settings, numRuns: Math.min(RUNS, settings.numRuns ?? RUNS) })) as never

export * from 'fast-check'
export default { ...fc, assert }
