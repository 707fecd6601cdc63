import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  coordinatesOf,
  EARTH_RADIUS_KM,
  haversineKm,
  leastDistanceKm,
  speedKmh,
} from '../../njs/domain/geo.ts'

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
})
const HALF_ROUND_KM = Math.PI * EARTH_RADIUS_KM
// Great-circle arithmetic in doubles is exact to well under a metre.
const TOLERANCE_KM = 1e-3

const at = (latitude: number, longitude: number, accuracyKm = 0) => ({
  latitude,
  longitude,
  accuracyKm,
})

describe('haversineKm', () => {
  it('is the same there and back', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(haversineKm(a, b)).toBeCloseTo(haversineKm(b, a), 6)
      }),
    )
  })

  it('is zero from a place to itself and never more than half way round', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(haversineKm(a, a)).toBe(0)
        expect(haversineKm(a, b)).toBeGreaterThanOrEqual(0)
        expect(haversineKm(a, b)).toBeLessThanOrEqual(HALF_ROUND_KM + TOLERANCE_KM)
      }),
    )
  })

  it('keeps the triangle inequality', () => {
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        expect(haversineKm(a, c)).toBeLessThanOrEqual(
          haversineKm(a, b) + haversineKm(b, c) + TOLERANCE_KM,
        )
      }),
    )
  })

  it('does not care which longitude a pole is written with', () => {
    fc.assert(
      fc.property(point, fc.double({ min: -180, max: 180, noNaN: true }), (a, longitude) => {
        const pole = haversineKm(a, at(90, 0))
        expect(haversineKm(a, at(90, longitude))).toBeCloseTo(pole, 3)
        expect(haversineKm(at(-90, longitude), at(90, 0))).toBeCloseTo(HALF_ROUND_KM, 3)
      }),
    )
  })

  it('crosses the antimeridian the short way', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -89, max: 89, noNaN: true }),
        fc.double({ min: 0.001, max: 5, noNaN: true }),
        (latitude, offset) => {
          const across = haversineKm(at(latitude, 180 - offset), at(latitude, -180 + offset))
          const elsewhere = haversineKm(at(latitude, -offset), at(latitude, offset))
          expect(across).toBeCloseTo(elsewhere, 3)
        },
      ),
    )
  })

  it('does not change when both places turn with the Earth', () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: -180, max: 180, noNaN: true }), (a, b, turn) => {
        const turned = (p: typeof a) => ({ ...p, longitude: p.longitude + turn })
        expect(haversineKm(turned(a), turned(b))).toBeCloseTo(haversineKm(a, b), 3)
      }),
    )
  })

  it.each([
    ['Boston - Detroit', at(42.3601, -71.0589), at(42.3314, -83.0458), 986],
    ['Paris - Sydney', at(48.8566, 2.3522), at(-33.8688, 151.2093), 16960],
    ['a quarter of the equator', at(0, 0), at(0, 90), (Math.PI / 2) * EARTH_RADIUS_KM],
  ])('case=%s', (_name, a, b, km) => {
    expect(Math.abs(haversineKm(a, b) - km)).toBeLessThan(5)
  })
})

describe('leastDistanceKm', () => {
  it('subtracts both radii and stops at zero', () => {
    const radius = fc.double({ min: 0, max: 500, noNaN: true })
    fc.assert(
      fc.property(point, point, radius, radius, (a, b, ra, rb) => {
        const least = leastDistanceKm({ ...a, accuracyKm: ra }, { ...b, accuracyKm: rb })
        expect(least).toBeCloseTo(Math.max(0, haversineKm(a, b) - ra - rb), 6)
      }),
    )
  })
})

describe('speedKmh', () => {
  it('is the distance over the time', () => {
    expect(speedKmh(900, 3_600_000)).toBe(900)
  })

  it('is infinite in no time and zero without a distance', () => {
    expect(speedKmh(1, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(speedKmh(1, -5)).toBe(Number.POSITIVE_INFINITY)
    expect(speedKmh(0, 0)).toBe(0)
  })
})

describe('coordinatesOf', () => {
  it('takes zero for a coordinate', () => {
    expect(coordinatesOf(at(0, 0, 25))).toEqual(at(0, 0, 25))
  })

  it.each([
    ['no latitude', { latitude: null, longitude: 1, accuracyKm: 25 }],
    ['no longitude', { latitude: 1, longitude: null, accuracyKm: 25 }],
    ['the country alone', { latitude: 1, longitude: 1, accuracyKm: null }],
    ['off the globe', { latitude: 91, longitude: 1, accuracyKm: 25 }],
    ['not a number', { latitude: Number.NaN, longitude: 1, accuracyKm: 25 }],
  ])('knows nothing with %s', (_name, place) => {
    expect(coordinatesOf(place)).toBeNull()
  })
})
