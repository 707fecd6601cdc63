import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyNameOf } from '../../backup/backup-manifest.ts'
import { appendOnlyOf, saveRedis } from '../../backup/redis-copy.ts'
import { mastersOf } from '../../sessions/redis/client.ts'
import type { Parts } from '../parts.ts'

/** A snapshot of what changes while an instance runs. */
export interface Snapshot {
  /** The folder with the copies; the caller removes it. */
  readonly folder: string
  /** The configuration file in use. */
  readonly config: string
}

const PREFIX = '.snapshot-'
const FORGOTTEN_MS = 3_600_000
/** How long history may still take in what has just been played. */
const DRAIN_MS = 5_000
const LOOK_MS = 100

/** Copies whose receiver died. */
const removeForgotten = (state: string, now: number): void => {
  for (const name of readdirSync(state).filter((it) => it.startsWith(PREFIX))) {
    const folder = join(state, name)
    if (now - statSync(folder).mtimeMs > FORGOTTEN_MS) rmSync(folder, { recursive: true })
  }
}

const drain = async (waiting: () => Promise<number>): Promise<void> => {
  for (let waited = 0; waited < DRAIN_MS && (await waiting()) > 0; waited += LOOK_MS)
    await sleep(LOOK_MS)
}

/** The bundled Redis's data, as files it starts with; nothing where Redis is the operator's own. */
const copyRedis = async ({ live, paths, redis }: Parts, folder: string): Promise<void> => {
  const { url, nodes } = live.config().redis
  const [own] = mastersOf(redis)
  if (url !== null || nodes.length > 0 || own === undefined) return
  await saveRedis(own)
  appendOnlyOf(paths.redisSnapshot, join(folder, basename(paths.redisFiles)))
}

/**
 * Copies the database and the bundled Redis while both are in use. Redis comes first: what history takes over between the two copies is then in both,
 * and written once all the same. Throws a `StoreError`, or an `Error` where Redis does not save.
 */
export const takeSnapshot = async (parts: Parts, withDatabase: boolean): Promise<Snapshot> => {
  const { live, paths, persistence, historian, now } = parts
  const { store } = persistence
  removeForgotten(paths.state, now())
  const folder = mkdtempSync(join(paths.state, PREFIX))
  try {
    await drain(async () => await historian.waiting())
    await copyRedis(parts, folder)
    if (withDatabase) await store.copyTo(join(folder, copyNameOf(store.engine)))
    return { folder, config: live.loaded().file }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
