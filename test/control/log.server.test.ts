import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'

const PROGRAM = `
import { createLog } from ${JSON.stringify(join(packageRoot(), 'control/log.ts'))}
const log = createLog('info')
log.info('ready')
process.stdin.once('data', () => {
  log.warn('the last line but one')
  log.warn('the last line')
  process.exit(3)
})`

test('a process whose log nobody reads any more ends all the same', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM],
    { cwd: packageRoot(), stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  try {
    const [line] = await once(child.stdout, 'data')
    expect(JSON.parse(String(line))).toMatchObject({ msg: 'ready' })
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.write('end\n')
    const [code] = await ended
    expect(code).toBe(3)
  } finally {
    child.kill('SIGKILL')
  }
}, 30_000)
