import { linkSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StatePaths } from '../../config/paths.ts'
import { Failure, isDiskFullMessage } from '../../runtime/failure.ts'
import { makeFolder } from './folders.ts'

/** Longest path of the folder `run/`: unix sockets' paths are limited to 107 characters (unix(7)). */
const LONGEST_RUN_FOLDER = 90
/** Characters that nginx or DuckDB would interpret within a path. */
const MISREAD = /["\\$;{}:?\n\r]/
const LEAST_FREE_BYTES = 200 * 1024 * 1024

/**
 * Creates the state folder and locks it; returns the function that unlocks it. Throws a `Failure`
 * where the folder is in use, not writable, or full.
 */
export function claimState(paths: StatePaths): () => void {
  const odd = MISREAD.exec(paths.state)?.[0]
  if (odd !== undefined) {
    throw new Failure(
      `nginx or the database would misread ${JSON.stringify(odd)} in the path of the state folder ${paths.state}; choose another with --state.`,
    )
  }
  if (Buffer.byteLength(paths.run) > LONGEST_RUN_FOLDER) {
    throw new Failure(
      `The path of the state folder ${paths.state} is too long for sockets; choose a shorter one with --state.`,
    )
  }
  writing(paths, () => {
    for (const folder of [paths.state, paths.run, paths.logs, paths.nginx]) makeFolder(folder)
  })
  const { bavail, bsize } = statfsSync(paths.state)
  if (bavail * bsize < LEAST_FREE_BYTES) {
    throw new Failure(`Less than 200 MB are free in ${paths.state}; free some space and try again.`)
  }
  const file = join(paths.run, 'supervisor.pid')
  if (!writing(paths, () => claim(file))) {
    throw new Failure(
      `Gatehouse already runs with the state folder ${paths.state} (process ${ownerOf(file)?.pid}); stop it, or choose another with --state.`,
    )
  }
  return () => rmSync(file, { force: true })
}

/** Runs a write to the folder. Throws a `Failure` where the folder is another user's. */
function writing<T>({ state }: StatePaths, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isDiskFullMessage(String(error))) throw error
    throw new Failure(
      `The state folder ${state} cannot be written by this user; choose another with --state.`,
    )
  }
}

function claim(file: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(file)) return true
    const owner = ownerOf(file)
    if (owner !== null && startOf(owner.pid) === owner.start) return false
    rmSync(file, { force: true })
  }
  return false
}

/**
 * Creates the lock file with its content in one step, so that no reader finds it empty; false
 * where it exists.
 */
function create(file: string): boolean {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}\n`)
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function ownerOf(file: string): { pid: number; start: string } | null {
  try {
    const [pid = '', start = ''] = readFileSync(file, 'utf8').trim().split(' ')
    return start === '' ? null : { pid: Number(pid), start }
  } catch {
    return null
  }
}

/**
 * Start time of a process, which distinguishes it from a later one with the same id; empty where
 * it does not exist.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
