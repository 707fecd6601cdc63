import { appendFileSync, cpSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { run } from '../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../support/cleanup.ts'

const onCleanup = useCleanup()

const COPIED = ['control', 'njs', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']

test('programs are built where sources or they themselves have changed, else used as they are', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const at = (path: string) => join(folder.path, path)
  for (const name of COPIED) cpSync(join(packageRoot(), name), at(name), { recursive: true })
  symlinkSync(join(packageRoot(), 'node_modules'), at('node_modules'))
  const build = async () => {
    const { code, stderr } = await run([at('scripts/build')])
    return { code, stderr }
  }
  const built = { code: 0, stderr: 'Building …\n' }
  const current = { code: 0, stderr: '' }

  expect(await build()).toEqual(built)
  expect(await build()).toEqual(current)
  appendFileSync(at('control/cli/README.md'), 'Nothing is made from it.\n')
  expect(await build()).toEqual(current)

  appendFileSync(at('control/cli/main.ts'), "\nprocess.stdout.write('changed')\n")
  const changed = await run([at('scripts/gatehouse'), '--help'])
  expect(changed.stdout).toMatch(/^Usage: gatehouse[^]*changed$/)
  expect(changed.stderr).toBe('Building …\n')

  truncateSync(at('dist/cli.js'), 100)
  expect((await run([at('scripts/gatehouse'), '--help'])).stdout).toBe(changed.stdout)

  appendFileSync(at('control/server.ts'), '\nconst = 1\n')
  const broken = await run([at('scripts/run'), '--help'])
  expect(broken.code).toBe(2)
  expect(broken.stderr).toMatch(/^Building …\nThe build failed: .*control\/server\.ts/)
  expect(broken.stdout).toBe('')
})
