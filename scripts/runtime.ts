import { sentence } from '../control/runtime/failure.ts'
import { ensureRuntime } from '../control/runtime/resolve.ts'
import { TOOLS, type ToolName } from '../control/runtime/tools.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in TOOLS))
if (wanted.length === 0 || wanted.includes('--help') || unknown !== undefined) {
  const out = wanted.includes('--help') ? process.stdout : process.stderr
  out.write(
    `Usage: ./scripts/runtime NAME...\nFinds or unpacks programs and prints how to start them as JSON.\nNames: ${Object.keys(TOOLS).join(' ')}\n`,
  )
  process.exit(wanted.includes('--help') ? 0 : 2)
}
try {
  const tools = await ensureRuntime(wanted as ToolName[])
  process.stdout.write(`${JSON.stringify(tools, null, 2)}\n`)
} catch (error) {
  process.stderr.write(`${sentence(error)}\n`)
  process.exit(2)
}
