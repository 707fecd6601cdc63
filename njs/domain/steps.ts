/** Long work in short steps, between which the worker may answer others. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Takes all steps at once. */
export const finish = <T>(steps: Steps<T>): T => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
