import { parseArgs } from 'node:util'
import { build } from '../control/runtime/build/build.ts'
import { reportAndExit } from '../control/runtime/failure.ts'

// The process that started this may have ended; the build is for all.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const { values } = parseArgs({ options: { help: { type: 'boolean' } }, strict: false })
if (values.help === true) {
  process.stdout.write(
    'Usage: ./scripts/build\nBundles the edge (dist/edge.js) and the programs where their sources have changed; every script does so before it starts one.\n',
  )
} else {
  await build((line) => process.stderr.write(`${line}\n`)).catch(reportAndExit)
}
