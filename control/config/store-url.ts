import { readFileSync } from 'node:fs'
import type { StatePaths } from './paths.ts'
import type { Config } from './schema/schema.ts'

/** The database's URL with the password from its file. */
export const storeUrl = ({ store }: Config, paths: Pick<StatePaths, 'database'>): string => {
  const { url, password_file: file } = store
  if (url === null) return `duckdb:${paths.database}`
  if (file === null || url.startsWith('duckdb:')) return url
  const whole = new URL(url)
  whole.password = encodeURIComponent(readFileSync(file, 'utf8').trim())
  return whole.href
}
