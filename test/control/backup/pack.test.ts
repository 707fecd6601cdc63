import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packBackup } from '../../../control/backup/pack.ts'
import { statePaths } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { withTempDir } from '../../support/cleanup.ts'

it('packs what a link leads to, as certificates that are renewed lie behind one', async () => {
  await withTempDir(async (folder) => {
    const at = (name: string) => join(folder, name)
    for (const name of ['state', 'snapshot', 'tree', 'etc/live', 'etc/archive'])
      mkdirSync(at(name), { recursive: true })
    writeFileSync(at('etc/gatehouse.yaml'), 'edge: {}\n')
    writeFileSync(at('etc/archive/privkey7.pem'), 'a key')
    symlinkSync('../archive/privkey7.pem', at('etc/live/privkey.pem'))
    const config = { edge: { key_file: at('etc/live/privkey.pem') } }
    const { manifest } = await packBackup(
      {
        paths: statePaths(at('state')),
        snapshot: at('snapshot'),
        database: at('state/gatehouse.duckdb'),
        config: { file: at('etc/gatehouse.yaml'), folder: at('etc'), config },
        version: '1',
        at: 1,
      },
      at('tree'),
      at('backup.tar.gz'),
    )
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'config/gatehouse.yaml',
      'config/live/privkey.pem',
    ])
    const { stdout } = await run(['tar', '-xzOf', at('backup.tar.gz'), './config/live/privkey.pem'])
    expect(stdout).toBe('a key')
  })
})
