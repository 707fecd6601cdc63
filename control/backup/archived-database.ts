import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { statePaths } from '../config/paths.ts'
import { storeUrl } from '../config/store-url.ts'
import { Failure } from '../runtime/failure.ts'
import type { BackupManifest } from './backup-manifest.ts'
import { isBelow } from './config-files.ts'
import { CONFIG, STATE } from './pack.ts'

/** Where a file of the instance lies in the unpacked archive; its own path where it was not packed. */
const inTree = (tree: string, { state, config }: BackupManifest, file: string): string => {
  const folder = config === null ? null : dirname(config)
  const packed = isBelow(file, state)
    ? join(tree, STATE, relative(state, file))
    : join(tree, CONFIG, folder === null ? basename(file) : relative(folder, file))
  return existsSync(packed) ? packed : file
}

/**
 * The PostgreSQL database that the archived configuration names, with its password. Throws a `Failure` where the configuration cannot be read, or names
 * none.
 */
export const archivedDatabase = (tree: string, manifest: BackupManifest): string => {
  const advice = 'name the database to fill with --database URL'
  if (manifest.config === null) throw new Failure(`The archive has no configuration: ${advice}.`)
  try {
    const { config } = loadConfig(inTree(tree, manifest, manifest.config), process.env)
    const { password_file: file } = config.store
    const secret = file === null ? null : inTree(tree, manifest, file)
    const store = { ...config.store, password_file: secret }
    return storeUrl({ ...config, store }, statePaths(manifest.state))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(
      `The configuration in the archive cannot be read here (${reason}): ${advice}.`,
    )
  }
}
