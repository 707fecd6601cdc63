import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.ts'

/** An unpacked package. */
export interface PackageRecord {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

/** Everything unpacked for one tool. */
export interface ToolRecord {
  readonly suite: string
  readonly unpackedAt: string
  readonly packages: readonly PackageRecord[]
}

/** `.runtime/manifest.json`. */
export type Manifest = Readonly<Record<string, ToolRecord>>

/** The manifest of a runtime folder; an unreadable one counts as empty, so that its tools are unpacked again. */
export function readManifest(folder: string): Manifest {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
    return isManifest(read) ? read : {}
  } catch {
    return {}
  }
}

function isManifest(read: unknown): read is Manifest {
  if (typeof read !== 'object' || read === null) return false
  return Object.values(read).every((it) => Array.isArray(it?.packages))
}

/** Replaces the manifest atomically. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, 'manifest.json')
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/** Runs `work` with the lock of the runtime folder. */
export async function locked<T>(
  folder: string,
  progress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(folder, 'lock')
  await acquire(folder, lock, progress)
  try {
    return await work()
  } finally {
    discard(lock)
  }
}

async function acquire(
  folder: string,
  lock: string,
  progress: (line: string) => void,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const deadline = Date.now() + 20 * 60_000
  for (let isReported = false; Date.now() < deadline; ) {
    if (take(lock)) return
    if (!isHeld(lock)) {
      discard(lock)
      continue
    }
    if (!isReported) progress('Waiting for another start that is unpacking programs …')
    isReported = true
    await sleep(300)
  }
  throw new Failure(`Another process holds ${lock}; end it, or delete that folder.`)
}

function take(lock: string): boolean {
  // Renamed into place with the owner's id inside, so that no process sees a lock without an owner.
  const draft = `${lock}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  writeFileSync(join(draft, 'pid'), String(process.pid))
  try {
    renameSync(draft, lock)
    return true
  } catch {
    rmSync(draft, { recursive: true, force: true })
    return false
  }
}

/** Renames the lock before deleting it, so that no process sees a part of it. */
function discard(lock: string): void {
  const gone = `${lock}.gone.${process.pid}`
  try {
    renameSync(lock, gone)
  } catch {
    return
  }
  rmSync(gone, { recursive: true, force: true })
}

function isHeld(lock: string): boolean {
  const owner = join(lock, 'pid')
  if (!existsSync(owner)) return false
  const pid = Number(readFileSync(owner, 'utf8'))
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
