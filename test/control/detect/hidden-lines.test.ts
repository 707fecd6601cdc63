import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from './play-builder.ts'

const now = START + 60 * DAY
const ISP = { asn: 64500, asnOrg: 'Provider' }
const VPN = { asn: 212_238, asnOrg: 'Datacamp Limited' }
const assess = (plays: readonly PlayRecord[]) => assessAccount(plays, { now })

const evenings = (fields: Parameters<typeof play>[0]): PlayRecord[] =>
  daily(everyNth(60, 1), { minutes: 90, ...fields })
const set = evenings({ device: 'set', with: ISP })
const oneHouse = { flagged: false, households: [{ isMain: true }] }

/** An evening of series: every other home watches its own. */
const episodes = (plays: readonly PlayRecord[], names: readonly string[]): PlayRecord[] =>
  plays.map((one, i) => ({ ...one, title: `${names[i % names.length]} - Episode ${i}` }))

describe('a house of which a VPN, a tunnel or a relay shows one part only', () => {
  const second = (fields: Parameters<typeof play>[0]): PlayRecord[] =>
    evenings({ device: 'second set', at: 30 * MINUTE, ...fields })

  it('is one where its IPv4 leaves through a VPN and its IPv6 does not', () => {
    const sixth = evenings({ device: 'set', network: '2001:db8:1:2::/64', with: ISP })
    const exits = second({ place: 'bordeaux', with: VPN }).map((one, i) => ({
      ...one,
      network: `198.51.100.${i % 3}`,
    }))
    expect(assess([...sixth, ...exits])).toMatchObject(oneHouse)
  })

  it('is two where whoever plays through the VPN follows series of its own', () => {
    const there = second({ place: 'bordeaux', network: '198.51.100.9', with: VPN })
    const plays = [...episodes(set, ['Harbour', 'Foxes']), ...episodes(there, ['Winter', 'Tides'])]
    expect(assess(plays)).toMatchObject({ flagged: true })
  })

  it('is two where whoever plays through the VPN follows series of its own and the house hardly plays', () => {
    const seldom = daily(everyNth(60, 4), { minutes: 90, device: 'set', with: ISP })
    const there = second({ place: 'bordeaux', network: '198.51.100.9', with: VPN })
    const plays = [...episodes(seldom, ['Harbour']), ...episodes(there, ['Winter', 'Tides'])]
    expect(assess(plays)).toMatchObject({ flagged: true })
  })

  it.each([
    ['a tunnel broker', '2001:470:1:2::/64', { asn: 6939, asnOrg: 'Hurricane Electric LLC' }],
    ['6to4', '2002:c000:201:2::/64', { asn: null, asnOrg: null }],
  ])('is one where its IPv6 comes through %s', (_, network, over) => {
    expect(assess([...set, ...second({ place: 'turin', network, with: over })])).toMatchObject(
      oneHouse,
    )
  })

  const TUNNEL = {
    place: 'turin',
    network: '2001:470:1:2::/64',
    with: { asn: 6939, asnOrg: 'Hurricane Electric LLC' },
  } as const

  it('is one where only a part of it uses the tunnel and the rest both versions of the line', () => {
    const both = set.map((one, i) => (i % 2 === 0 ? one : { ...one, network: '2001:db8:1:2::/64' }))
    expect(assess([...both, ...second(TUNNEL)])).toMatchObject(oneHouse)
  })

  it('is two where whoever plays through the tunnel follows series of its own', () => {
    const there = episodes(second(TUNNEL), ['Winter', 'Tides'])
    const plays = [...episodes(set, ['Harbour', 'Foxes']), ...there]
    expect(assess(plays)).toMatchObject({ flagged: true })
  })

  it('is one where nobody knows the place of its IPv6, whose prefix is another each day', () => {
    const there = second({ place: 'nowhere', with: ISP }).map((one, i) => ({
      ...one,
      network: `2001:db8:${(i + 1).toString(16)}:1::/64`,
    }))
    expect(assess([...set, ...there])).toMatchObject(oneHouse)
  })

  it('is one where a relay hides the line of a set', () => {
    expect(assess([...set, ...second({ place: 'nowhere', network: '127.0.0.1' })])).toMatchObject(
      oneHouse,
    )
  })
})

describe('plays without a device id', () => {
  const noId = (plays: readonly PlayRecord[]): PlayRecord[] =>
    plays.map((one) => ({ ...one, device: null }))
  const phone = (day: number, more: Partial<PlayRecord>): PlayRecord =>
    play({ at: day * DAY + 3 * HOUR, player: 'phone', minutes: 30, with: more })

  it('are those of one player of a model, wherever it goes', () => {
    const carried = everyNth(60, 1).map((day) => {
      const away = { network: `198.51.${day % 7}.7`, asn: 64510, asnOrg: 'Mobile One' }
      return phone(day, day % 3 === 0 ? away : ISP)
    })
    expect(assess(noId([...set, ...carried]))).toMatchObject(oneHouse)
  })

  it('are two households where sets of two models play in two places', () => {
    const there = evenings({
      device: 'set of a friend',
      place: 'bordeaux',
      network: '203.0.113.9',
      with: { asn: 64520, asnOrg: 'Other', platform: 'Roku', client: 'Plex for Roku' },
    })
    expect(assess(noId([...set, ...there]))).toMatchObject({ flagged: true })
  })
})

describe('moments of no watching', () => {
  const taps = everyNth(8, 1).map((i) =>
    play({
      at: 50 * DAY + i * HOUR,
      minutes: 0,
      place: i % 2 === 0 ? 'sydney' : 'turin',
      network: `198.51.${i}.7`,
      device: `stranger ${i}`,
    }),
  )

  it('at addresses all over the world are no strangers and no journeys', () => {
    const { flagged, findings } = assess([...set, ...taps])
    expect(findings).toEqual([])
    expect(flagged).toBe(false)
  })

  it('are strangers where they watched', () => {
    const watched = taps.map((one) => ({
      ...one,
      lastSeenAt: one.startedAt + HOUR,
      endedAt: one.startedAt + HOUR,
      playedMs: HOUR,
    }))
    expect(assess([...set, ...watched]).findings.map(({ kind }) => kind)).toContain('leaked_copy')
  })
})

describe('ghost rows on the line of a VPN', () => {
  const ghost = (at: number, device: string, days: number): PlayRecord =>
    play({ at, device, minutes: days * 24 * 60, with: VPN })

  it('that end days later, each at its own time, are no restreamer', () => {
    const rows = [
      ...evenings({ device: 'set', with: VPN }),
      ghost(50 * DAY + 2 * HOUR, 'phone', 2.5),
      ghost(52 * DAY + 3 * HOUR, 'tablet', 2.2),
      ghost(54 * DAY + 4 * HOUR, 'laptop', 2.4),
    ]
    const { flagged, findings } = assess(rows)
    expect(findings.map(({ kind }) => kind)).not.toContain('restreaming')
    expect(flagged).toBe(false)
  })
})

describe('two homes of one town whose phones use a relay now and then', () => {
  const OTHER = { asn: 64501, asnOrg: 'Other Provider' }
  const RELAY = { asn: 13_335, asnOrg: 'Cloudflare, Inc.' }
  const there = { place: 'villeurbanne', network: '198.51.100.9', with: OTHER } as const
  const relayed = (device: string, days: readonly number[], at: number): PlayRecord[] =>
    daily(days, { at, minutes: 20, player: 'phone', device, network: '203.0.113.7', with: RELAY })
  const phone = (device: string, home: Parameters<typeof play>[0]): PlayRecord[] => [
    ...daily(everyNth(60, 2), { minutes: 20, player: 'phone', device, ...home }),
    ...relayed(device, everyNth(60, 6), 30 * MINUTE),
  ]
  const both = [
    ...set,
    ...evenings({ device: 'other set', at: 30 * MINUTE, ...there }),
    ...phone('phone', { with: ISP }),
    ...phone('other phone', there),
  ]

  const out = daily([3, 24], { at: 5 * HOUR, player: 'phone', device: 'third phone' })
  const withThird = [
    ...both,
    ...relayed('third phone', everyNth(60, 2, 1), 2 * HOUR),
    ...out.map((one, i) => ({ ...one, network: `90.${i}.7.9`, asnOrg: 'Carrier' })),
  ]

  it('have no guests at an exit that both use', () => {
    const idsOf = (plays: readonly PlayRecord[]) => assess(plays).contributions.map(({ id }) => id)
    expect(idsOf(withThird)).not.toContain('mixing')
    const visits = daily([7, 21, 35], { at: 5 * HOUR, player: 'phone', device: 'other phone' })
    expect(idsOf([...withThird, ...visits])).toContain('mixing')
  })

  it('are not tied together by it, nor by a phone that never leaves it', () => {
    expect(assess(both)).toMatchObject({ flagged: true })
    expect(assess(withThird)).toMatchObject({ flagged: true })
  })
})
