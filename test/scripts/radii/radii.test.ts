import { beforeAll, describe, expect, it } from 'vitest'
import { defaultAsnFiles, defaultGeoFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { createRandom } from '../../../scripts/fuzz/random.ts'
import { neighbourOf, sixthAddresses } from '../../../scripts/radii/addresses.ts'
import { measureRadii, type RadiusRow, type RadiusTables } from '../../../scripts/radii/measure.ts'

const random = createRandom(1, 0)
const addresses = Array.from({ length: 400 }, () =>
  [1 + random.below(223), random.below(256), random.below(256), random.below(256)].join('.'),
)

let tables: RadiusTables
beforeAll(async () => {
  const onProblem = ({ path, reason }: { path: string; reason: string }) => {
    throw new Error(`${path}: ${reason}`)
  }
  const geo = await createGeo({ files: defaultGeoFiles(), asnFiles: defaultAsnFiles(), onProblem })
  geo.stop()
  tables = {
    network: (address) => geo.network(address),
    place: (address) => geo.place(address),
  }
})

const measured = (more: Partial<RadiusTables> = {}): RadiusRow[] =>
  measureRadii(addresses, { ...tables, ...more }, () => random.next())

describe('how far the bundled city file is off', () => {
  it('is measured for each kind of network, in growing order', () => {
    const rows = measured()
    expect(rows.map(({ kind }) => kind)).toContain('fixed')
    expect(new Set(rows.map(({ comparison }) => comparison))).toEqual(
      new Set(['one /24', 'one /16']),
    )
    for (const { count, median, threeQuarters, nineTenths } of rows) {
      expect(count).toBeGreaterThan(0)
      expect(median).toBeLessThanOrEqual(threeQuarters)
      expect(threeQuarters).toBeLessThanOrEqual(nineTenths)
    }
  })

  it('is nothing by itself, and what another table says by another', () => {
    const ofCities = (rows: readonly RadiusRow[]): RadiusRow[] =>
      rows.filter(({ comparison }) => comparison === 'city in both tables')
    for (const { nineTenths } of ofCities(measured({ other: (address) => tables.place(address) })))
      expect(nineTenths).toBe(0)
    // A degree of latitude is 111 km.
    const north = (address: string) => {
      const place = tables.place(address)
      return place.latitude === null ? place : { ...place, latitude: place.latitude - 1 }
    }
    const shifted = ofCities(measured({ other: north }))
    expect(shifted.length).toBeGreaterThan(0)
    for (const { median } of shifted) expect(Math.round(median)).toBe(111)
  })
})

describe('addresses', () => {
  const draw = () => random.next()

  it('of IPv6 lie in networks that are announced, and so does what is measured of them', () => {
    const sixth = [...sixthAddresses(300, defaultAsnFiles(), draw)]
    expect(new Set(sixth).size).toBe(300)
    for (const address of sixth) expect(tables.network(address), address).not.toBeNull()
    const rows = measureRadii(sixth, tables, draw)
    expect(rows.map(({ comparison }) => comparison)).toContain('one /48')
  })

  it.each([
    ['192.0.2.77', 24, /^192\.0\.2\./],
    ['192.0.2.77', 16, /^192\.0\./],
    ['2001:db8:1::7', 48, /^2001:db8:1:/],
    ['2001:db8:1::7', 32, /^2001:db8:/],
  ] as const)('beside %s share its /%i', (address, bits, prefix) => {
    const near = neighbourOf(address, bits, draw)
    expect(near).toMatch(prefix)
    expect(near).not.toBe(address)
  })
})
