import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './paths.ts'

/** The version in package.json. */
export const versionOf = (): string => {
  const read: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
  const isNamed = typeof read === 'object' && read !== null && 'version' in read
  return isNamed ? String(read.version) : '0'
}
