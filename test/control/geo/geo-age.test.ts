import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { describeGeo } from '../../../control/compose/base/geo.ts'
import { parseConfig } from '../../../control/config/load.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../../control/geo/default-files.ts'
import { geoAges, geoSummary } from '../../../control/geo/geo-age.ts'
import { withTempDir } from '../../support/cleanup.ts'
import { mmdb } from './mmdb.ts'

const DAY = 86_400_000

/** A file as tar packs it: a header of 512 bytes, then the content. */
const tarOf = (content: Buffer): Buffer => {
  const header = Buffer.alloc(512)
  header.write('x.mmdb')
  header.write('ustar', 257)
  return Buffer.concat([header, content])
}

describe('how old geo files are', () => {
  it('stands in those that come along: in the metadata of one, in the package of the other', async () => {
    const ages = await geoAges({
      places: defaultGeoFiles(),
      others: [],
      networks: defaultAsnFiles(),
    })
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
      const ages = await geoAges({ places: [places], others: [], networks: [csv] })
      expect(ages.map(({ builtAt }) => builtAt)).toEqual([1000, 1_700_000_000_000])
    })
  })

  it.each([
    ['addresses in quads', '1.0.0.0,1.0.0.255,13335,A\n', 'line 1'],
    ['addresses of another family', '1,2,3,A\n9,42540488161975842760550356425300,1,A\n', 'line 2'],
    ['countries', '16777216,16777471,AU\n', 'line 1'],
    ['what is packed', gzipSync('16777216,16777471,13335,A\n'), 'it is packed'],
    ['nothing', '', 'no ranges'],
  ])('a CSV with %s is none', async (_, text, problem) => {
    await withTempDir(async (folder) => {
      const csv = join(folder, 'asn-ipv4.csv')
      writeFileSync(csv, text)
      const [age] = await geoAges({ places: [], others: [], networks: [csv] })
      expect(age).toMatchObject({ builtAt: null, problem: expect.stringContaining(problem) })
    })
  })

  it('a CSV that is spoilt further on is told with its line where it is read to its end', async () => {
    await withTempDir(async (folder) => {
      const csv = join(folder, 'asn-ipv4.csv')
      const lines = Array.from({ length: 40_000 }, (_, at) => `${at},${at},1,Somebody`)
      writeFileSync(csv, [...lines, 'spoilt', '50000,50000,1,x'].join('\n'))
      const files = { places: [], others: [], networks: [csv] }
      expect((await geoAges(files))[0]?.problem).toBeNull()
      expect((await geoAges(files, true))[0]?.problem).toMatch(/^not a CSV .*: line 40001$/)
      const { config } = parseConfig(`geo: { asn_files: ['${csv}'] }`, '/etc/gatehouse.yaml')
      expect((await describeGeo(config, Date.now())).problems[0]).toContain('line 40001')
    })
  })

  const system = { autonomous_system_number: 64_500, autonomous_system_organization: 'Example' }
  const country = { country: { iso_code: 'DE' } }
  const city = { ...country, location: { latitude: 50.9, longitude: 6.95 } }
  const whole = mmdb(city)
  it.each([
    ['systems as places', 'places', mmdb(system, 4, 'X-ASN'), /'X-ASN'\), without countries$/],
    ['countries as systems', 'networks', mmdb(country, 4, 'X-C'), /'X-C'\), without auton/],
    ['a city file as systems', 'networks', whole, /without autonomous systems$/],
    [
      'a place whose name begins as a key does',
      'networks',
      mmdb({ city: 'Casnovia', state1: 'Casnate Con Bernate' }),
      /without autonomous systems$/,
    ],
    ['countries to measure by', 'others', mmdb(country), /without positions$/],
    ['its beginning alone', 'places', whole.subarray(0, 30), /^not a readable MaxMind/],
    ['its end alone', 'places', whole.subarray(10), /^a part of it is missing/],
    ['a page of HTML', 'places', Buffer.from('<html>404</html>'), /^not a readable MaxMind/],
    ['nothing', 'places', Buffer.alloc(0), /^not a readable MaxMind/],
    ['a packed file', 'places', gzipSync(whole), /^it is packed; unpack it/],
    ['a packed table', 'networks', gzipSync('1,2,3,x\n'), /^it is packed; unpack it/],
    ['a tar', 'places', tarOf(whole), /^it is packed; unpack it/],
  ] as const)('%s is a problem, and not told as good', async (_, use, content, problem) => {
    await withTempDir(async (folder) => {
      const path = join(folder, 'x.mmdb')
      writeFileSync(path, content)
      const ages = await geoAges({ places: [], others: [], networks: [], [use]: [path] })
      expect(ages[0]?.problem).toMatch(problem)
      const told = geoSummary(ages, Date.now())
      expect(told.files).toEqual([])
      expect(told.problems[0]).toContain(`${path}: `)
      if (use !== 'others') expect(told.problems.join()).toContain(`without a file of ${use}`)
    })
  })

  it.each([
    ['a number', 13_335],
    ['a text', 'AS13335'],
  ])('systems by a short key, as %s, are such a file', async (_, asn) => {
    await withTempDir(async (folder) => {
      const path = join(folder, 'x.mmdb')
      writeFileSync(path, mmdb({ asn, as_name: 'Example' }))
      const [age] = await geoAges({ places: [], others: [], networks: [path] })
      expect(age?.problem).toBeNull()
    })
  })

  it('a date that is yet to come is told as wrong, not as an age', async () => {
    await withTempDir(async (folder) => {
      const [places, csv] = [join(folder, 'x.mmdb'), join(folder, 'asn-ipv4.csv')]
      writeFileSync(places, mmdb(city, 6))
      writeFileSync(csv, '1,2,3,x\n')
      utimesSync(csv, 400 * 86_400, 400 * 86_400)
      const ages = await geoAges({ places: [places], others: [], networks: [csv] })
      const soon = geoSummary(ages, 399.5 * DAY)
      expect(soon.files).toEqual([
        'asn-ipv4.csv: networks and their owners, built 1971-02-05, 0 days ago',
      ])
      const told = geoSummary(ages, 100_000)
      expect(told.files).toEqual(['x.mmdb: countries and places, built 1970-01-01, 0 days ago'])
      expect(told.warnings[0]).toMatch(
        /^asn-ipv4\.csv says it was built on 1971-02-05, which is yet to come/,
      )
    })
  })

  it('says what countries alone and files without IPv6 leave out', async () => {
    await withTempDir(async (folder) => {
      const fileOf = (name: string) => join(folder, `${name}.mmdb`)
      const [countries, systems, six] = [fileOf('c'), fileOf('s'), fileOf('six')]
      writeFileSync(countries, mmdb(country))
      writeFileSync(systems, mmdb(system))
      writeFileSync(six, mmdb(city, 6))
      const ofFour = await geoAges({ places: [countries], others: [], networks: [systems] })
      const told = geoSummary(ofFour, 2000)
      expect(told.problems).toEqual([])
      expect(told.files[0]).toBe('c.mmdb: countries without places, built 1970-01-01, 0 days ago')
      expect(told.warnings).toEqual([
        'without a file that has cities, no travel is found',
        expect.stringMatching(/^no file of places has IPv6/),
        expect.stringMatching(/^no file of networks has IPv6/),
      ])
      const both = await geoAges({ places: [six], others: [six], networks: [systems] })
      expect(geoSummary(both, 2000).warnings).toEqual([
        expect.stringMatching(/^no file of networks/),
      ])
      expect(geoSummary(both, 2000).files).toContain(
        'six.mmdb: places of another maker, built 1970-01-01, 0 days ago',
      )
    })
  })

  it('says what does not work without them', async () => {
    await withTempDir(async (folder) => {
      const [none, broken] = [join(folder, 'none.mmdb'), join(folder, 'broken.mmdb')]
      writeFileSync(broken, 'no database')
      const ages = await geoAges({ places: [none, broken], others: [], networks: [] })
      expect(geoSummary(ages, Date.now())).toEqual({
        files: [],
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
