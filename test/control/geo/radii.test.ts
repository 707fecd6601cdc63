import { describe, expect, it } from 'vitest'
import { networkKind } from '../../../control/geo/network-kind.ts'
import { assumedAccuracyKm, withRadius } from '../../../control/geo/radii.ts'

describe('the radius of a place whose table tells none', () => {
  const city = { city: 'Lyon', region: null }
  const region = { city: null, region: 'Rhône' }
  it.each([
    [city, undefined, 25],
    [city, 'fixed', 25],
    [city, 'mobile', 95],
    [city, 'data centre', 5],
    [region, undefined, 300],
    [region, 'mobile', 180],
    [region, 'data centre', 200],
    [{ city: '', region: '' }, 'mobile', null],
    [{ city: null, region: null }, undefined, null],
  ] as const)('%o over %s is %s km', (place, kind, km) => {
    expect(assumedAccuracyKm(place, kind)).toBe(km)
  })

  it("is that of the network's kind once the owner is known, and a table's own stays", () => {
    const assumed = { ...city, accuracyKm: 25 }
    expect(withRadius(assumed, 'T-Mobile USA, Inc.')).toEqual({ ...city, accuracyKm: 95 })
    expect(withRadius(assumed, null)).toEqual(assumed)
    const told = { ...city, accuracyKm: 10 }
    expect(withRadius(told, 'T-Mobile USA, Inc.')).toEqual(told)
    const unknown = { city: null, region: null, accuracyKm: null }
    expect(withRadius(unknown, 'T-Mobile USA, Inc.')).toEqual(unknown)
  })
})

it('kinds of networks are told by the owner', () => {
  const owners = ['T-Mobile USA, Inc.', 'Hetzner Online GmbH', 'Orange S.A.', null]
  expect(owners.map((owner) => networkKind(owner))).toEqual([
    'mobile',
    'data centre',
    'fixed',
    'fixed',
  ])
})
