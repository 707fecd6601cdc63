import { join } from 'node:path'
import { packageRoot } from '../config/paths.ts'

/** Where unpacked programs live. `GATEHOUSE_RUNTIME` moves it. */
export function runtimeFolder(): string {
  return process.env['GATEHOUSE_RUNTIME'] ?? join(packageRoot(), '.runtime')
}
