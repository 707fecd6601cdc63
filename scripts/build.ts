import { parseArgs } from 'node:util'
import { build } from '../control/runtime/build.ts'
import { reportAndExit } from '../control/runtime/failure.ts'

const { values } = parseArgs({ options: { help: { type: 'boolean' } }, strict: false })
if (values.help === true) {
  process.stdout.write(
    'Usage: ./scripts/build\nBundles the edge (dist/edge.js) and the programs.\n',
  )
} else {
  await build((line) => process.stderr.write(`${line}\n`)).catch(reportAndExit)
}
