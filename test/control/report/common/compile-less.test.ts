import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../../control/report/common/compile-less.ts', import.meta.url).href

test('V8 knows every flag of the report: of one that it does not, it would complain to the reader', () => {
  const script = `const { compileLess } = await import(${JSON.stringify(MODULE)})
compileLess()
console.log('set')`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  expect(stdout).toBe('set\n')
  expect(stderr).not.toContain('flag')
})
