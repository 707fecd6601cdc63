import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeGeo } from '../../../control/compose/base/geo.ts'
import { parseConfig } from '../../../control/config/load.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../../control/geo/default-files.ts'
import { geoAges, geoSummary } from '../../../control/geo/geo-age.ts'
import { withTempDir } from '../../support/cleanup.ts'
import { mmdb } from './mmdb.ts'

const DAY = 86_400_000

describe('how old geo files are', () => {
  it('stands in those that come along: in the metadata of one, in the package of the other', async () => {
    const ages = await geoAges({ places: defaultGeoFiles(), networks: defaultAsnFiles() })
    expect(ages.map(({ problem }) => problem)).toEqual([null, null, null, null])
    for (const { builtAt } of ages) {
      expect(builtAt).toBeGreaterThan(Date.UTC(2026, 0, 1))
      expect(builtAt).toBeLessThan(Date.now())
    }
    const newest = Math.max(...ages.map(({ builtAt }) => builtAt ?? 0))
    const told = geoSummary(ages, newest + 10 * DAY)
    expect([told.problems, told.warnings]).toEqual([[], []])
    expect(told.files[0]).toMatch(
      /^dbip-city-ipv4\.mmdb: countries and places, built 20\d\d-\d\d-\d\d, \d+ days ago$/,
    )
    expect(told.files[2]).toMatch(/^asn-ipv4-num\.csv: networks and their owners, built 20/)
    const oldest = Math.min(...ages.map(({ builtAt }) => builtAt ?? 0))
    expect(geoSummary(ages, oldest + 91 * DAY).warnings[0]).toMatch(
      /91 days ago: more than 90; .*geo\.files$/,
    )
    expect(geoSummary(ages, newest + 181 * DAY).warnings).toHaveLength(4)
  })

  it('is nothing where they are switched off, and what then does not work is said', async () => {
    const { config } = parseConfig('geo: { enabled: false }', '/etc/gatehouse.yaml')
    const told = await describeGeo(config, Date.now())
    expect([told.problems, told.warnings]).toEqual([[], []])
    expect(told.files).toEqual([
      expect.stringMatching(/^without a file of places, .* by country fit nobody/),
      expect.stringMatching(/^without a file of networks, hosting and mobile/),
    ])
  })

  it('is the day a CSV of one’s own was written, and the epoch of a MaxMind-format file', async () => {
    await withTempDir(async (folder) => {
      const [csv, places] = [join(folder, 'own.csv'), join(folder, 'own.mmdb')]
      writeFileSync(csv, '1,2,3,x\n')
      utimesSync(csv, 1_700_000_000, 1_700_000_000)
      writeFileSync(places, mmdb({ country: { iso_code: 'DE' } }))
      const ages = await geoAges({ places: [places], networks: [csv] })
      expect(ages.map(({ builtAt }) => builtAt)).toEqual([1000, 1_700_000_000_000])
    })
  })

  it.each([
    ['addresses in quads', '1.0.0.0,1.0.0.255,13335,A\n'],
    ['addresses of another family', '16777216,42540488161975842760550356425300246528,1,A\n'],
    ['nothing', ''],
  ])('a CSV with %s is none', async (_, text) => {
    await withTempDir(async (folder) => {
      const csv = join(folder, 'asn-ipv4.csv')
      writeFileSync(csv, text)
      const [age] = await geoAges({ places: [], networks: [csv] })
      expect(age).toMatchObject({ builtAt: null, problem: expect.stringContaining('not a CSV') })
    })
  })

  it('says what does not work without them', async () => {
    await withTempDir(async (folder) => {
      const [none, broken] = [join(folder, 'none.mmdb'), join(folder, 'broken.mmdb')]
      writeFileSync(broken, 'no database')
      const ages = await geoAges({ places: [none, broken], networks: [] })
      expect(geoSummary(ages, Date.now())).toEqual({
        files: [`${none}: there is no such file`, `${broken}: not a readable MaxMind-format file`],
        problems: [
          `${none}: there is no such file`,
          `${broken}: not a readable MaxMind-format file`,
          'without a file of places, nobody has a country or a place: groups and rules by country fit nobody, and no travel is found',
          'without a file of networks, hosting and mobile networks are not recognised',
        ],
        warnings: [],
      })
    })
  })
})
