import { beforeAll, describe, expect, it } from 'vitest'
import { defaultAsnFiles, defaultGeoFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { createRandom } from '../../../scripts/fuzz/random.ts'
import {
  kindOfNetwork,
  measureRadii,
  type RadiusRow,
  type RadiusTables,
} from '../../../scripts/radii/measure.ts'

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

it('kinds of networks are told by the owner', () => {
  const kinds = ['T-Mobile USA, Inc.', 'Hetzner Online GmbH', 'Orange S.A.', null].map((org) =>
    kindOfNetwork({ asn: 64500, org }),
  )
  expect(kinds).toEqual(['mobile', 'data centre', 'fixed', 'fixed'])
})
