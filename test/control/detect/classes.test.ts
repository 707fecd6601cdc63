import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceClass } from '../../../control/detect/device-class.ts'
import { UnionFind } from '../../../control/detect/household/homes/union-find.ts'
import { addressPoolOf } from '../../../control/detect/network-class.ts'
import { decayAt } from '../../../control/detect/scoring/decay.ts'
import { feedbackFilter, mergeFeedback } from '../../../control/detect/scoring/feedback.ts'
import { DAY, play, START } from './play-builder.ts'

describe('deviceClass', () => {
  it.each([
    ['Tizen', 'Plex for Samsung', 'television'],
    ['webOS', 'Plex for LG', 'television'],
    ['Android', 'Plex for Android (TV)', 'television'],
    ['tvOS', 'Plex for Apple TV', 'television'],
    ['Roku', 'Plex for Roku', 'television'],
    ['Playstation 5', 'Plex for PlayStation 5', 'television'],
    ['Linux', 'Plex HTPC', 'television'],
    [null, 'tivimate', 'television'],
    [null, 'tv-browser', 'television'],
    ['Android', 'Plex for Android (Mobile)', 'portable'],
    ['iOS', 'Plex for iOS', 'portable'],
    ['Android', 'Samsung Internet', 'portable'],
    ['Chrome', 'Plex Web', 'computer'],
    ['windows', 'Plex for Windows', 'computer'],
    [null, 'vlc', 'computer'],
    [null, null, 'unknown'],
    ['', 'other:box', 'unknown'],
  ] as const)('%s, %s is a %s', (platform, client, kind) => {
    expect(deviceClass({ platform, client })).toBe(kind)
  })
})

describe('addressPoolOf', () => {
  it.each([
    ['192.0.2.77', '192.0.2'],
    ['192.0.2.77/32', '192.0.2'],
    ['2001:db8:1:2::/64', '2001:db8:1'],
    ['2001:0db8:0001:0002::/64', '2001:db8:1'],
    ['2001:db8::/64', '2001:db8:0'],
    [null, null],
    ['', null],
  ])('%s → %s', (network, pool) => {
    expect(addressPoolOf(network)).toBe(pool)
  })
})

describe('UnionFind', () => {
  it('joins the same sets whatever the order of the joins', () => {
    const names = 'abcdefgh'.split('')
    const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names))
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 12 }), (pairs) => {
        const rootsOf = (list: typeof pairs) => {
          const sets = new UnionFind()
          for (const [a, b] of list) sets.join(a, b)
          return names.map((name) => sets.find(name))
        }
        const roots = rootsOf(pairs)
        expect(rootsOf(pairs.toReversed())).toEqual(roots)
        for (const [a, b] of pairs) expect(roots[names.indexOf(a)]).toBe(roots[names.indexOf(b)])
      }),
    )
  })
})

describe('decay', () => {
  it('is whole now, half after the half-life, and never grows into the future', () => {
    const decay = decayAt(START, 90)
    expect(decay(START)).toBe(1)
    expect(decay(START - 90 * DAY)).toBeCloseTo(0.5, 9)
    expect(decay(START + DAY)).toBe(1)
  })
})

describe('feedback', () => {
  it('excuses by network, device and city, and by nothing else', () => {
    const isFine = feedbackFilter(
      mergeFeedback([
        { kind: 'network', value: '192.0.2.9', verdict: 'fine' },
        { kind: 'device', value: 'tv', verdict: 'fine' },
        { kind: 'city', value: 'Turin', verdict: 'fine' },
        { kind: 'city', value: 'Lyon', verdict: 'sharing' },
      ]),
    )
    expect(isFine(play({ network: '192.0.2.9' }))).toBe(true)
    expect(isFine(play({ device: 'tv' }))).toBe(true)
    expect(isFine(play({ place: 'turin' }))).toBe(true)
    expect(isFine(play({ place: 'lyon' }))).toBe(false)
    expect(isFine(play({ place: 'nowhere', network: null, device: null }))).toBe(false)
  })
})
