import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'

const SCRIPT =
  "import('./control/cli/common/read-text-file.ts').then((it) => process.stdout.write(it.readTextFile(process.argv[1])))"

const read = (file: string, input: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', '--eval', SCRIPT, file], {
    cwd: packageRoot(),
    input,
    encoding: 'utf8',
  })

it('reads what comes on stdin where a file is called -', () => {
  const { stdout, stderr } = read('-', 'a long password\n')
  expect([stdout, stderr]).toEqual(['a long password\n', ''])
})

it('says what is wrong with a file that is not there', () => {
  expect(read('nowhere', '').stderr).toContain('nowhere: there is no such file')
})
