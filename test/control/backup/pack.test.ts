import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packBackup } from '../../../control/backup/pack.ts'
import { loadConfig } from '../../../control/config/load.ts'
import { statePaths } from '../../../control/config/paths.ts'
import { createRunning } from '../../../control/playlists/fetch/running-source.ts'
import { run } from '../../../control/runtime/exec.ts'
import { withTempDir } from '../../support/cleanup.ts'

/** Packs a configuration and its state, which lie below a folder. */
const packWith = (at: (name: string) => string, config: object, database: string | null) =>
  packBackup(
    {
      paths: statePaths(at('state')),
      snapshot: at('snapshot'),
      database,
      config: { file: at('etc/gatehouse.yaml'), folder: at('etc'), config },
      version: '1',
      at: 1,
    },
    at('tree'),
    at('backup.tar.gz'),
  )

it('packs what a link leads to, as certificates that are renewed lie behind one', async () => {
  await withTempDir(async (folder) => {
    const at = (name: string) => join(folder, name)
    for (const name of ['state', 'snapshot', 'tree', 'etc/live', 'etc/archive'])
      mkdirSync(at(name), { recursive: true })
    writeFileSync(at('etc/gatehouse.yaml'), 'edge: {}\n')
    writeFileSync(at('etc/archive/privkey7.pem'), 'a key')
    symlinkSync('../archive/privkey7.pem', at('etc/live/privkey.pem'))
    const config = { edge: { key_file: at('etc/live/privkey.pem') } }
    const { manifest } = await packWith(at, config, at('state/gatehouse.duckdb'))
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'config/gatehouse.yaml',
      'config/live/privkey.pem',
    ])
    const { stdout } = await run(['tar', '-xzOf', at('backup.tar.gz'), './config/live/privkey.pem'])
    expect(stdout).toBe('a key')
  })
})

it('packs the last good copies of playlists', async () => {
  await withTempDir(async (folder) => {
    const paths = statePaths(join(folder, 'state'))
    for (const name of ['snapshot', 'tree']) mkdirSync(join(folder, name))
    const setting = { name: 'main', file: join(folder, 'all.m3u'), refreshMs: 60_000 }
    writeFileSync(setting.file, '#EXTM3U\n#EXTINF:-1,One\nhttp://192.0.2.1/one/index.m3u8\n')
    const { source } = createRunning(setting, {
      stateDir: paths.state,
      now: () => 1,
      fileSettleMs: 0,
    })
    await source.refresh()
    const instance = { paths, snapshot: join(folder, 'snapshot'), database: null, config: null }
    const { manifest } = await packBackup(
      { ...instance, version: '1', at: 1 },
      join(folder, 'tree'),
      join(folder, 'backup.tar.gz'),
    )
    expect(manifest.files.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^state\/playlists\/main\.[\w-]+\.m3u$/),
      'state/playlists/main.json',
    ])
  })
})

it('packs lists and networks that the configuration names from its folder', async () => {
  await withTempDir(async (folder) => {
    const at = (name: string) => join(folder, name)
    for (const name of ['state', 'snapshot', 'tree', 'etc/lists'])
      mkdirSync(at(name), { recursive: true })
    const yaml = `sources: [{ name: main, file: lists/all.m3u }, { name: gone, file: gone.m3u }]
guide: { sources: [{ name: main, file: ../guide.xml }] }
groups: [{ name: home, networks: ['file:offices.txt', 10.0.0.0/8] }]
`
    writeFileSync(at('etc/gatehouse.yaml'), yaml)
    for (const name of ['etc/lists/all.m3u', 'etc/offices.txt', 'guide.xml'])
      writeFileSync(at(name), 'a line\n')
    const { config } = loadConfig(at('etc/gatehouse.yaml'))
    const { manifest } = await packWith(at, config, null)
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'config/gatehouse.yaml',
      'config/lists/all.m3u',
      'config/offices.txt',
    ])
    expect(manifest.outside).toEqual([at('guide.xml')])
  })
})
