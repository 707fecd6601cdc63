import { describe, expect, test } from 'vitest'
import {
  accountsIn,
  busiestOf,
  filtered,
  type PlayFilter,
  placesOfText,
  textOfPlaces,
  visitorsOf,
  weightsOf,
} from '../../../control/dashboard/app/pages/map/plays.ts'
import {
  bounded,
  clusterAt,
  clustersOf,
  clusterWeights,
  membersOf,
  zoomed,
} from '../../../control/dashboard/app/pages/map/view.ts'

const data = {
  places: [
    { latitude: 48.9, longitude: 2.4, accuracyKm: 20, country: 'FR', city: 'Paris' },
    { latitude: 0, longitude: 0, accuracyKm: null, country: null, city: null },
  ],
  accounts: [
    { account: 'own:1', accountName: 'Ann' },
    { account: 'own:2', accountName: null },
  ],
  sources: ['edge:1', 'plex:house'],
  groups: ['home', ''],
  // place, account, source, group, isLive, begin, end
  plays: [
    [0, 0, 0, 0, 1, 100, 200],
    [0, 0, 0, 0, 1, 150, 0],
    [1, 1, 1, 1, 0, 300, 400],
  ],
  isWhole: true,
}
const all: PlayFilter = { kind: '', person: '', group: '', source: '', country: '' }
const count = (filter: Partial<PlayFilter>) => filtered(data, { ...all, ...filter }).count

describe('what the map shows', () => {
  test('is filtered by kind, person, group, server and country', () => {
    expect(count({})).toBe(3)
    expect(count({ kind: 'live' })).toBe(2)
    expect(count({ kind: 'recorded' })).toBe(1)
    expect(count({ person: ' aNN' })).toBe(2)
    expect(count({ person: 'own:2' })).toBe(1)
    expect(count({ group: 'home' })).toBe(2)
    expect(count({ source: 'plex:house' })).toBe(1)
    expect(count({ source: 'plex:gone' })).toBe(0)
    expect(count({ country: 'FR' })).toBe(2)
  })

  test('chosen places are kept as text and found again, zero being a place like any other', () => {
    const text = textOfPlaces(data, [0, 1])
    expect(text).toBe('48.9,2.4;0,0')
    expect([...placesOfText(data, text)]).toEqual([0, 1])
    expect([...placesOfText({ ...data, places: data.places.slice(1) }, text)]).toEqual([0])
    expect(placesOfText(data, '').size + placesOfText(data, 'nowhere;1,1').size).toBe(0)
  })

  test('the busiest places come first, those without a play not at all', () => {
    expect(busiestOf(Float64Array.from([1, 0, 5, 3]), 2)).toEqual([2, 3])
    expect(busiestOf(Float64Array.from([0, 0]), 2)).toEqual([])
  })

  test('now is what has no end, and journeys are those of its people', () => {
    const running = filtered(data, all, true)
    expect([...running.begin]).toEqual([150])
    expect([...accountsIn(running, data)]).toEqual(['own:1'])
    expect([...accountsIn(filtered(data, all), data)]).toEqual(['own:1', 'own:2'])
  })

  test('at a moment is what ran then, from its first second to before its last', () => {
    const plays = filtered(data, all)
    const at = (moment: number | null) => [...weightsOf(plays, 2, moment)]
    expect(at(null)).toEqual([2, 1])
    expect(at(99)).toEqual([0, 0])
    expect(at(100)).toEqual([1, 0])
    expect(at(200)).toEqual([1, 0])
    expect(at(300)).toEqual([1, 1])
    expect(at(1e9)).toEqual([1, 0])
  })

  test('names who was at a place, the longest first', () => {
    const plays = filtered(data, all)
    expect(visitorsOf(plays, new Set([0]), 250)).toEqual([
      { account: 0, plays: 2, seconds: 200, isPlaying: true },
    ])
    expect(visitorsOf(plays, new Set([0, 1]), 350).map(({ account }) => account)).toEqual([0, 1])
  })
})

describe('clusters', () => {
  const x = Float64Array.of(10, 12, 200, Number.NaN)
  const y = Float64Array.of(10, 11, 100, Number.NaN)

  test('join what would overlap and part when one comes closer; no place is lost', () => {
    const far = clustersOf(x, y, 1)
    expect(far.count).toBe(2)
    expect([...far.of]).toEqual([0, 0, 1, -1])
    expect([far.x[0], far.y[0]]).toEqual([11, 10.5])
    expect(clustersOf(x, y, 32).count).toBe(3)
    expect([...clusterWeights(far, Float64Array.of(3, 4, 5, 6))]).toEqual([7, 5])
    expect(membersOf(far, Float64Array.of(3, 0, 5, 6), 0)).toEqual([0])
  })

  test('are found under a finger at any view; one without plays is not there', () => {
    const clusters = clustersOf(x, y, 1)
    const view = { scale: 2, x: -50, y: 10 }
    const weights = Float64Array.of(7, 5)
    expect(clusterAt(clusters, weights, view, [350, 210])).toBe(1)
    expect(clusterAt(clusters, weights, view, [-28, 31])).toBe(0)
    expect(clusterAt(clusters, weights, view, [200, 150])).toBe(-1)
    expect(clusterAt(clusters, Float64Array.of(7, 0), view, [350, 210])).toBe(-1)
  })

  test('of 100,000 places take less than a frame of a slow machine each time a play is shown', () => {
    const many = 100_000
    const at = (n: number, size: number) => (n * 7919) % size
    const places = Float64Array.from({ length: many }, (_, n) => at(n, 1280) + n / many)
    const clusters = clustersOf(places, places.toReversed(), 1)
    expect(clusters.count).toBeLessThan(2000)
    const sums = clusterWeights(clusters, new Float64Array(many).fill(1))
    expect(sums.reduce((sum, one) => sum + one, 0)).toBe(many)
  })
})

describe('the view', () => {
  test('stays at the place under the pointer, and never leaves the world', () => {
    const view = zoomed({ scale: 1, x: 0, y: 0 }, 4, [300, 100])
    expect(view).toEqual({ scale: 4, x: -900, y: -300 })
    expect(bounded({ scale: 4, x: 500, y: -9000 }, 600, 300)).toEqual({ scale: 4, x: 0, y: -900 })
    expect(bounded({ scale: 0.2, x: 3, y: 3 }, 600, 300)).toEqual({ scale: 1, x: 0, y: 0 })
  })
})
