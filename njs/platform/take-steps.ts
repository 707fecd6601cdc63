import type { Steps } from '../domain/steps.ts'
import { sleep } from './fetch-origin.ts'

/** A worker does one thing at a time: all its viewers wait for it meanwhile. */
const MOST_MS = 8

/** Takes all steps, with a pause after some milliseconds each time, in which the worker answers others; it goes on when `whenLong` says so. */
export const takeSteps = async <T>(steps: Steps<T>, whenLong: () => Promise<void>): Promise<T> => {
  let began = Date.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (Date.now() - began < MOST_MS) continue
    // nginx runs a timer of 0 ms before it looks at connections again.
    await sleep(1)
    await whenLong()
    began = Date.now()
  }
}
