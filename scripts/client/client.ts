/** Writes the types of the typed client from the OpenAPI document of a service that it starts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../control/config/paths.ts'
import { reportAndExit } from '../../control/runtime/failure.ts'
import { startService } from '../../test/support/programs/service.ts'
import { readOptions } from '../options.ts'
import { type Description, operationsText } from './operations-text.ts'

const HELP = `Usage: npm run client

Starts the demo, reads its OpenAPI document, and writes control/client/operations.ts: what each operation of the admin API takes and answers.
`

const main = async (): Promise<void> => {
  readOptions(HELP, {})
  const service = await startService()
  try {
    const answer = await fetch(`${service.admin}/api/openapi.json`)
    const text = operationsText((await answer.json()) as Description)
    const file = join(packageRoot(), 'control/client/operations.ts')
    const isSame = readFileSync(file, 'utf8') === text
    if (!isSame) writeFileSync(file, text)
    process.stdout.write(`control/client/operations.ts ${isSame ? 'is up to date' : 'is new'}\n`)
  } finally {
    await service.stop()
  }
}

await main().catch(reportAndExit)
