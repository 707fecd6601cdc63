import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countryWatchedIn } from '#domain/geo'
import { defaultGeoFiles } from '../../../control/geo/default-files.ts'
import { createGeo, type Geo } from '../../../control/geo/geo.ts'
import type { GeoProblem } from '../../../control/geo/geo-file.ts'
import { mmdb } from './mmdb.ts'

const unknown = {
  country: null,
  region: null,
  city: null,
  latitude: null,
  longitude: null,
  accuracyKm: null,
}
const nested = {
  city: { names: { de: 'Köln', en: 'Cologne' } },
  country: { iso_code: 'DE' },
  location: { accuracy_radius: 20, latitude: 50.9, longitude: 6.95 },
  subdivisions: [{ names: { en: 'North Rhine-Westphalia' } }],
}
const flat = { city: '', country_code: 'fr', latitude: 45.7, longitude: 4.8, state1: 'Rhône' }

let folder = ''
let open: Geo[] = []
let problems: GeoProblem[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-geo-'))
  open = []
  problems = []
})
afterEach(async () => {
  for (const geo of open) geo.stop()
  await rm(folder, { recursive: true, force: true })
})
const start = async (files: readonly string[], asnFiles: readonly string[] = []) => {
  const geo = await createGeo({ files, asnFiles, onProblem: (problem) => problems.push(problem) })
  open.push(geo)
  return geo
}
const file = async (name: string, content: Buffer) => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

describe('places', () => {
  it('have the radius by which two makers differ', async () => {
    const near = { ...nested, location: { accuracy_radius: 5, latitude: 50.9, longitude: 7 } }
    const far = { ...nested, location: { accuracy_radius: 5, latitude: 45.75, longitude: 4.85 } }
    const own = await file('own.mmdb', mmdb(nested))
    for (const [other, radius, isDisputed] of [
      [near, 20, undefined],
      [far, 593, undefined],
      [{ ...far, country: { iso_code: 'FR' } }, 593, true],
      [{ country: { iso_code: 'DE' } }, 20, undefined],
      [{ country: { iso_code: 'FR' } }, null, true],
    ] as const) {
      const geo = await createGeo({
        files: [own],
        crossCheckFiles: [await file('other.mmdb', mmdb(other))],
        onProblem: (problem) => problems.push(problem),
      })
      open.push(geo)
      const place = geo.place('203.0.113.9')
      expect(place).toMatchObject({ city: 'Cologne', country: 'DE', accuracyKm: radius })
      expect(place.isCountryDisputed).toBe(isDisputed)
      expect(countryWatchedIn(place)).toBe(isDisputed ? null : 'DE')
    }
    expect(problems).toEqual([])
  })

  it('come from the DB-IP files, IPv4, IPv6 and mapped', async () => {
    const geo = await start(defaultGeoFiles())
    const google = geo.place('8.8.8.8')
    expect(google).toMatchObject({ country: 'US' })
    expect(google.latitude).toBeGreaterThan(20)
    expect(geo.place('::ffff:8.8.8.8')).toEqual(google)
    expect(geo.place('2001:4860:4860::8888').country).toMatch(/^[A-Z]{2}$/)
    expect(geo.place('2001:4860:4860::8888').latitude).not.toBeNull()
    for (const text of ['127.0.0.1', '10.0.0.1', 'fe80::1', 'junk', '', '8.8.8.8.8'])
      expect(geo.place(text)).toEqual(unknown)
    expect(problems).toEqual([])
  })

  it('come from MaxMind’s own layout with its radius', async () => {
    const geo = await start([await file('city.mmdb', mmdb(nested))])
    expect(geo.place('203.0.113.1')).toEqual({
      country: 'DE',
      region: 'North Rhine-Westphalia',
      city: 'Cologne',
      latitude: 50.9,
      longitude: 6.95,
      accuracyKm: 20,
    })
    expect(geo.place('10.0.0.1')).toEqual(unknown)
  })

  it.each([
    ['a city', { ...flat, city: 'Lyon' }, 25],
    ['a region', flat, 300],
    ['a country alone', { ...flat, state1: '' }, null],
    ['zero, zero', { ...flat, city: 'X', latitude: 0, longitude: 0 }, null],
    ['a nested country', { country: { iso_code: 'FR' } }, null],
    ['a registered country', { registered_country: { iso_code: 'FR' } }, null],
  ])('are worth what %s is worth', async (_, record, accuracyKm) => {
    const geo = await start([await file('x.mmdb', mmdb(record))])
    const place = geo.place('203.0.113.1')
    expect(place).toMatchObject({ country: 'FR', accuracyKm })
    expect(place.latitude === null).toBe(accuracyKm === null)
    expect(place.longitude === null).toBe(accuracyKm === null)
  })

  it('come from the file of the address’s family', async () => {
    const four = await file('4.mmdb', mmdb({ ...flat, country_code: 'AA' }, 4))
    const six = await file('6.mmdb', mmdb({ ...flat, country_code: 'BB' }, 6))
    const geo = await start([six, four])
    expect(geo.place('203.0.113.1').country).toBe('AA')
    expect(geo.place('fd00::1').country).toBe('BB')
    expect(geo.place('2001:db8::1').country).toBeNull()
  })
})

describe('autonomous systems', () => {
  it.each([
    { autonomous_system_number: 64500, autonomous_system_organization: 'Example Net' },
    { asn: 64500, as_organization: 'Example Net' },
  ])('are read from %j', async (record) => {
    const geo = await start([], [await file('asn.mmdb', mmdb(record))])
    expect(geo.network('203.0.113.1')).toEqual({ asn: 64500, org: 'Example Net' })
    expect(geo.network('10.0.0.1')).toBeNull()
    expect(geo.place('203.0.113.1')).toEqual(unknown)
  })
})

describe('files', () => {
  it('are read again when they change; a bad one is told of once and the old stays', async () => {
    const path = await file('city.mmdb', mmdb({ ...flat, country_code: 'AA' }))
    const geo = await start([path])
    const country = () => geo.place('203.0.113.1').country
    await writeFile(path, mmdb({ ...flat, country_code: 'BB', city: 'longer' }))
    await geo.refresh()
    expect(country()).toBe('BB')
    await writeFile(path, 'not a database')
    await geo.refresh()
    await geo.refresh()
    expect(country()).toBe('BB')
    await rm(path)
    await geo.refresh()
    await geo.refresh()
    expect(country()).toBe('BB')
    expect(problems).toEqual([
      { path, reason: 'not a readable MaxMind-format file' },
      { path, reason: 'there is no such file' },
    ])
    await writeFile(path, mmdb({ ...flat, country_code: 'CC' }))
    await geo.refresh()
    expect(country()).toBe('CC')
  })

  it('that are missing leave places unknown until they come', async () => {
    const path = join(folder, 'late.mmdb')
    const geo = await start([path])
    expect(geo.place('203.0.113.1')).toEqual(unknown)
    expect(problems).toEqual([{ path, reason: 'there is no such file' }])
    await writeFile(path, mmdb(flat))
    await geo.refresh()
    expect(geo.place('203.0.113.1').country).toBe('FR')
  })
})
