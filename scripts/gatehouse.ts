import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { build } from '../control/runtime/build.ts'
import { reportAndExit } from '../control/runtime/failure.ts'

await build(() => {}).catch(reportAndExit)
const program = join(packageRoot(), 'dist/cli.js')
const done = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(done.status ?? 2)
