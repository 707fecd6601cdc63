import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { includeFrom, mainFolder } from '../../../control/migrate/read-include.ts'
import { withTempDir } from '../../support/temp-dir.ts'

it('includes of a part are read from beside the main configuration', async () => {
  await withTempDir((folder) => {
    mkdirSync(join(folder, 'conf.d'))
    writeFileSync(join(folder, 'nginx.conf'), '')
    writeFileSync(join(folder, 'conf.d', 'nets.conf'), '10.0.0.0/8 home;')
    const part = join(folder, 'conf.d', 'geo.conf')
    expect(mainFolder(part)).toBe(folder)
    expect(includeFrom(mainFolder(part))('conf.d/nets.conf', part)).toMatchObject([
      { text: '10.0.0.0/8 home;' },
    ])
    return Promise.resolve()
  })
})
