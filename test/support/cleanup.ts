import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'

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

/** A new temporary folder that any user may enter, since some programs drop root. */
export async function tempDir(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gh-'))
  await chmod(path, 0o755)
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Runs `work` with a temporary folder and removes it afterwards. */
export async function withTempDir<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await tempDir()
  try {
    return await work(folder.path)
  } finally {
    await folder.remove()
  }
}
