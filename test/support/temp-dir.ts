import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
