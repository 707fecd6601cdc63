import fs from 'fs'
import { numbers, trySet } from '../memory.ts'

/** More than the file system may keep back for what is there already. */
const PROBE_BYTES = 262_144
const UNWRITABLE: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

const isUnwritable = (problem: unknown): boolean =>
  typeof problem === 'object' &&
  problem !== null &&
  'code' in problem &&
  UNWRITABLE.includes(problem.code)

const canWrite = (folder: string): boolean => {
  const file = `${folder}/probe`
  try {
    fs.writeFileSync(file, 'x'.repeat(PROBE_BYTES))
    fs.unlinkSync(file)
    return true
  } catch (problem) {
    try {
      fs.unlinkSync(file)
    } catch {
      // It was not begun.
    }
    return !isUnwritable(problem)
  }
}

/** Finds out whether nginx could write a copy into its cache: where it cannot, it breaks off the answer it was to keep. */
export const probeDisk = (folder: string): void => {
  if (folder !== '') trySet(numbers('gh_state'), 'diskFull', canWrite(folder) ? 0 : 1)
}

/** Whether nothing could be written at the last probe. */
export const isDiskFull = (): boolean => numbers('gh_state').get('diskFull') === 1
