import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeGeo, openLiveGeo } from '../../../control/compose/base/geo.ts'
import { createLiveConfig } from '../../../control/compose/base/live-config.ts'
import { loadConfig } from '../../../control/config/load.ts'
import { geoAges } from '../../../control/geo/geo-age.ts'
import { loadNetworks } from '../../../control/groups/network-texts.ts'
import { complaintAbout, readPair } from '../../../control/nginx/certificates/read-pair.ts'
import { run } from '../../../control/runtime/exec.ts'
import { withTempDir } from '../../support/temp-dir.ts'
import { mmdb } from '../geo/mmdb.ts'

const WHY = 'not a regular file'

/** Gives `use` a named pipe nobody writes to, whose reader would wait for ever. */
const withPipe = async (name: string, use: (pipe: string, folder: string) => Promise<void>) =>
  await withTempDir(async (folder) => {
    const pipe = join(folder, name)
    expect((await run(['mkfifo', pipe])).code).toBe(0)
    await use(pipe, folder)
  })

it.each([
  ['places', 'city.mmdb'],
  ['networks', 'asn.mmdb'],
  ['networks', 'asn.csv'],
] as const)('a pipe named as a file of %s, %s, is told and not waited for', async (use, name) => {
  await withPipe(name, async (pipe, folder) => {
    const files = { places: [], others: [], networks: [], [use]: [pipe] }
    expect(await geoAges(files, true)).toMatchObject([{ problem: WHY }])
    expect(await geoAges({ ...files, [use]: [folder] })).toMatchObject([{ problem: WHY }])
  })
})

it.each([
  ['files', 'city.mmdb'],
  ['asn_files', 'asn.csv'],
])('control answers on where a pipe stands in geo.%s', async (setting, name) => {
  await withPipe(name, async (pipe, folder) => {
    const file = join(folder, 'g.yaml')
    await writeFile(file, `geo: { ${setting}: ['${pipe}'] }`)
    const live = createLiveConfig(loadConfig(file, {}), () => undefined)
    const geo = await openLiveGeo(live, pino({ level: 'silent' }), Date.now)
    const told = async () => (await describeGeo(live.config(), Date.now(), geo)).problems.join()
    try {
      geo.place('8.8.8.8')
      await geo.refresh()
      expect(await told()).toContain(`${pipe}: ${WHY}`)
      await rm(pipe)
      const isPlaces = setting === 'files'
      await writeFile(pipe, isPlaces ? mmdb({ country: { iso_code: 'AA' } }) : '1,2,3,name\n')
      await geo.refresh()
      expect(await told()).not.toContain(pipe)
      if (isPlaces) expect(geo.place('203.0.113.1').country).toBe('AA')
    } finally {
      geo.stop()
    }
  })
})

it('a pipe in place of a certificate or a list of networks is told', async () => {
  await withPipe('one', async (pipe) => {
    const setting = { certificateFile: pipe, keyFile: pipe, names: [], path: [] }
    expect(complaintAbout(readPair(setting, Date.now()))).toBe(`${pipe}: ${WHY}`)
    const loaded = await loadNetworks([{ id: 'home', networks: [`file:${pipe}`] }], '/')
    expect(loaded.problems).toEqual([`${pipe}: ${WHY}`])
  })
})
