import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeGeo, openLiveGeo } from '../../../../control/compose/base/geo.ts'
import { createLiveConfig } from '../../../../control/compose/base/live-config.ts'
import { loadConfig } from '../../../../control/config/load.ts'
import { withTempDir } from '../../../support/temp-dir.ts'
import { mmdb } from '../../geo/mmdb.ts'

const countryFile = (code: string) => mmdb({ country: { iso_code: code } })

it('files named by a reload are in use and told; one that is spoilt meanwhile serves on, and is told', async () => {
  await withTempDir(async (folder) => {
    const file = join(folder, 'g.yaml')
    const [one, two] = [join(folder, 'one.mmdb'), join(folder, 'two.mmdb')]
    const name = async (path: string) => await writeFile(file, `geo: { files: ['${path}'] }`)
    await writeFile(one, countryFile('AA'))
    await writeFile(two, countryFile('BB'))
    await name(one)
    const live = createLiveConfig(loadConfig(file, {}), () => undefined)
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => lines.push(line) })
    const geo = await openLiveGeo(live, log, Date.now)
    const told = async () => await describeGeo(live.config(), Date.now(), geo)
    try {
      expect(geo.place('203.0.113.1').country).toBe('AA')
      await name(two)
      await live.reload()
      expect(geo.place('203.0.113.1').country).toBe('BB')
      expect(lines.join()).toContain('geo: two.mmdb: countries without places')
      const count = lines.length
      await live.reload()
      expect(lines).toHaveLength(count)

      await writeFile(two, 'spoilt')
      await geo.refresh()
      expect(geo.place('203.0.113.1').country).toBe('BB')
      expect((await told()).problems).toEqual([
        `${two}: not a readable MaxMind-format file; what was read of it before stays in use`,
      ])
      await rm(two)
      expect((await told()).problems[0]).toMatch(/there is no such file; what was read of it/)
      await writeFile(two, countryFile('CC'))
      await geo.refresh()
      expect((await told()).problems).toEqual([])
    } finally {
      geo.stop()
    }
  })
})

it.each([
  [
    'external',
    ['edge.zones.bans_mb: write the files of your nginx again (gatehouse nginx) and reload it'],
  ],
  ['bundled', []],
] as const)('%s nginx: a reload tells what does not hold yet by its name', async (nginx, told) => {
  await withTempDir(async (folder) => {
    const file = join(folder, 'g.yaml')
    const write = async (admin: number, bans: number) =>
      await writeFile(
        file,
        `edge: { nginx: ${nginx}, zones: { bans_mb: ${bans} } }\nadmin: { listen: '127.0.0.1:${admin}' }`,
      )
    await write(9001, 8)
    const warnings: string[] = []
    const live = createLiveConfig(loadConfig(file, {}), (text) => warnings.push(text))
    await write(9001, 16)
    await live.reload()
    expect(warnings).toEqual(told)
    await write(9002, 16)
    await live.reload()
    expect(warnings).toEqual([...told, 'from the next start on: admin.listen'])
  })
})
