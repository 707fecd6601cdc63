import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's own folder, found from the running file: it is the same for sources and for dist. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder)
  }
  return folder
}

/** Where unpacked programs live. `GATEHOUSE_RUNTIME` moves it. */
export function runtimeFolder(): string {
  return process.env['GATEHOUSE_RUNTIME'] ?? join(packageRoot(), '.runtime')
}
