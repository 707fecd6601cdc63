import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importFlussonic } from '../../../control/migrate/flussonic/flussonic.ts'
import { includeFrom } from '../../../control/migrate/read-include.ts'
import { tempDir } from '../../support/temp-dir.ts'

test('includes are found from the main folder, then beside the file they stand in; patterns go through folders', async () => {
  const folder = await tempDir()
  const { path } = folder
  for (const name of ['conf.d/sub', 'sites/one', 'sites/two'])
    mkdirSync(join(path, name), { recursive: true })
  const files: Record<string, string> = {
    'conf.d/a.conf': 'include sub/b.conf;\ninclude main.conf;',
    'conf.d/sub/b.conf': 'include ../sub/b.conf;\nauth_backend b { allow ip 10.0.0.1; }',
    'main.conf': 'auth_backend beside { allow default; }',
    'sites/one/x.conf': 'auth_backend one { allow default; }',
    'sites/two/x.conf': 'auth_backend two { allow default; }',
    'sites/two/.hidden.conf': 'auth_backend hidden { allow default; }',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  const source = 'include conf.d/*.conf;\ninclude sites/*/[!z]*.conf;\ninclude none/*.conf;\n'
  const { config, report } = importFlussonic(source, {
    file: 'top',
    readInclude: includeFrom(path),
  })
  const names = config.auth_backends?.map(({ name }) => name)
  expect(names?.toSorted()).toEqual(['b', 'beside', 'one', 'two'])
  expect(report.filter(({ kind }) => kind !== 'kept').map(({ message }) => message)).toEqual([
    'include ../sub/b.conf comes back to itself',
    'include none/*.conf names no file here',
  ])
  await folder.remove()
})
