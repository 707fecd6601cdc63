import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The commands a copy of Redis needs. */
export interface SavingRedis {
  bgsave(schedule: 'SCHEDULE'): Promise<unknown>
  info(section: 'persistence'): Promise<string>
}

const LONGEST_MS = 60_000
const LOOK_MS = 100

const numberIn = (info: string, name: string): number =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN)

/**
 * Lets Redis write a snapshot of its data (BGSAVE) to its `dbfilename` and waits for the end. Throws an `Error` where Redis fails to, or needs more
 * than a minute.
 */
export const saveRedis = async (redis: SavingRedis): Promise<void> => {
  const savesOf = (info: string) => numberIn(info, 'rdb_saves')
  const before = savesOf(await redis.info('persistence'))
  await redis.bgsave('SCHEDULE')
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS)
    const info = await redis.info('persistence')
    if (/^rdb_last_bgsave_status:err/m.test(info)) throw new Error('Redis could not write its data')
    if (savesOf(info) > before) return
  }
  throw new Error('Redis did not write its data within a minute')
}

/**
 * Makes of a snapshot the append-only files with which the bundled Redis starts: a base and a manifest that names it
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/, "Append-only file").
 */
export const appendOnlyOf = (snapshot: string, folder: string): void => {
  const base = 'appendonly.aof.1.base.rdb'
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  renameSync(snapshot, join(folder, base))
  writeFileSync(join(folder, 'appendonly.aof.manifest'), `file ${base} seq 1 type b\n`)
}
