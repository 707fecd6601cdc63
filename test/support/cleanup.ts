import { afterAll, afterEach } from 'vitest'

export { tempDir, withTempDir } from './temp-dir.ts'

/** Something to undo. */
export type Undo = () => unknown

/** Collects what to undo: last in, first out; one failure does not keep the rest from running. */
export function cleanupStack(): { onCleanup: (undo: Undo) => void; cleanup: () => Promise<void> } {
  const stack: Undo[] = []
  const cleanup = async () => {
    const failures: unknown[] = []
    for (let undo = stack.pop(); undo !== undefined; undo = stack.pop()) {
      try {
        await undo()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Cleaning up failed')
  }
  return { onCleanup: (undo) => void stack.push(undo), cleanup }
}

/** Registers clean-up with vitest, after each test or once after all of the file. */
export function useCleanup(when: 'each' | 'all' = 'each'): (undo: Undo) => void {
  const { onCleanup, cleanup } = cleanupStack()
  if (when === 'each') afterEach(cleanup)
  else afterAll(cleanup)
  return onCleanup
}
