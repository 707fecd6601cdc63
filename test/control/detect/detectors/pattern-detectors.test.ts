import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { inspectLeakedCopy } from '../../../../control/detect/detectors/leaked-copy.ts'
import { inspectRestreaming } from '../../../../control/detect/detectors/restreaming.ts'
import { inspectSecondHousehold } from '../../../../control/detect/detectors/second-household.ts'
import { sentenceOf } from '../../../../control/notify/text/sentences.ts'
import { DAY, daily, everyNth, HOUR, PLACES, play } from '../play-builder.ts'

describe('a leaked copy', () => {
  const params = { window_hours: 720, burst_hours: 96, min_devices: 4, min_places: 3 }
  const before = daily(everyNth(20, 1), {})
  const stranger = (n: number) =>
    play({
      at: 20 * DAY + n * HOUR,
      device: `stranger ${n}`,
      network: `203.0.${n}.7`,
      place: n % 2 === 0 ? 'turin' : 'sydney',
    })

  it('is a burst of strangers', () => {
    const strangers = [1, 2, 3, 4].map(stranger)
    const finding = inspectLeakedCopy(stranger(5), [...before, ...strangers.slice(0, 3)], params)
    expect(finding?.evidence).toMatchObject({ count: 4, countries: ['AU', 'IT'] })
    expect(finding?.summary).toContain('4 devices never seen before turned up on 4 new networks')
  })

  it('is not a new phone at home, nor a few guests', () => {
    const newAtHome = [1, 2, 3, 4, 5].map((n) =>
      play({ at: 20 * DAY + n * HOUR, device: `new ${n}` }),
    )
    expect(
      inspectLeakedCopy(newAtHome[4] ?? play(), [...before, ...newAtHome.slice(0, 4)], params),
    ).toBeNull()
    expect(inspectLeakedCopy(stranger(2), [...before, stranger(1)], params)).toBeNull()
  })

  it('in the first week is a journey of the household, unless it is in three countries', () => {
    const young = daily([12, 13, 14, 15], {})
    const found = (strangers: readonly PlayRecord[], known: readonly PlayRecord[]) =>
      inspectLeakedCopy(strangers[3] ?? play(), [...known, ...strangers.slice(0, 3)], params)
    const inTwo = [1, 2, 3, 4].map(stranger)
    expect(found(inTwo, young)).toBeNull()
    expect(found(inTwo, before)?.kind).toBe('leaked_copy')
    const inThree = inTwo.map((one, n) => (n === 1 ? { ...one, ...PLACES.boston } : one))
    expect(found(inThree, young)?.evidence.countries).toEqual(['AU', 'IT', 'US'])
  })

  it('is not what the household watches on new devices while it is out, by the series it goes on with', () => {
    const titled = (plays: readonly PlayRecord[], series: readonly string[]): PlayRecord[] =>
      plays.map((one, i) => ({
        ...one,
        title: `${series[i % series.length]} - Episode ${i}`,
        channel: null,
        isLive: false,
      }))
    const found = (series: readonly string[]) => {
      const burst = titled([1, 2, 3, 5].map(stranger), series)
      const known = titled(before, ['A', 'B'])
      return inspectLeakedCopy(burst[3] ?? play(), [...known, ...burst.slice(0, 3)], params)
    }
    expect(found(['A', 'B'])).toBeNull()
    expect(found(['C', 'D'])?.evidence.count).toBe(4)
  })

  it('is not the first days of an account', () => {
    const first = [1, 2, 3, 4].map(stranger)
    expect(inspectLeakedCopy(stranger(5), first, params)).toBeNull()
  })
})

describe('a copy of a playlist', () => {
  const params = { window_hours: 720, burst_hours: 96, min_devices: 4, min_places: 3 }
  const before = daily(everyNth(20, 1), { with: { agent: 'home', asn: 1, download: 'own' } })
  const use = (n: number, more: { agent?: string; network?: string; asn?: number } = {}) =>
    play({
      at: 20 * DAY + n * HOUR,
      network: more.network ?? `203.0.${n}.7`,
      place: n % 2 === 0 ? 'turin' : 'sydney',
      device: null,
      with: { agent: more.agent ?? `agent ${n}`, asn: more.asn ?? n, download: 'leaked' },
    })

  it('that strangers use is named, with when and by how many networks', () => {
    const finding = inspectLeakedCopy(use(3), [...before, use(1), use(2)], params)
    expect(finding?.kind).toBe('leaked_copy')
    expect(finding?.evidence).toMatchObject({
      download: 'leaked',
      count: 3,
      networks: ['203.0.1.7', '203.0.2.7', '203.0.3.7'],
    })
    expect(finding?.summary).toContain('Playlist copy leaked was used by 3 players on 3 networks')
    expect(finding?.summary).toContain('2026-03-22 13:00 UTC')
  })

  it('that goes with its owner, or from one line through exits of a VPN, is none', () => {
    const journey = [1, 2, 3].map((n) => use(n, { agent: 'one phone' }))
    expect(
      inspectLeakedCopy(journey[2] ?? play(), [...before, ...journey.slice(0, 2)], params),
    ).toBe(null)
    const hidden = [1, 2, 3].map((n) => use(n))
    const exits = hidden.map((one, n) => (n === 0 ? one : { ...one, asnOrg: 'M247 Europe SRL' }))
    expect(inspectLeakedCopy(exits[2] ?? play(), [...before, ...exits.slice(0, 2)], params)).toBe(
      null,
    )
    const carrier = [1, 2, 3].map((n) => use(n, { asn: 7 }))
    expect(
      inspectLeakedCopy(carrier[2] ?? play(), [...before, ...carrier.slice(0, 2)], params),
    ).toBe(null)
    const athome = [1, 2, 3].map((n) => use(n, { network: '192.0.2.1' }))
    expect(inspectLeakedCopy(athome[2] ?? play(), [...before, ...athome.slice(0, 2)], params)).toBe(
      null,
    )
  })
})

describe('restreaming', () => {
  const params = { window_hours: 168, min_hours_per_day: 20, min_days: 3, min_parallel: 3 }
  const roundTheClock = (device: string, asnOrg: string | null) =>
    daily(everyNth(5, 1), { device, minutes: 24 * 60, with: { asnOrg, isLive: true } })

  it('is several channels round the clock from one network', () => {
    const plays = ['a', 'b', 'c'].flatMap((d) => roundTheClock(d, null))
    const [event] = plays.slice(-1)
    const recent = plays.slice(0, -1)
    expect(event && inspectRestreaming(event, recent, params)).toMatchObject({
      kind: 'restreaming',
    })
  })

  it('is one channel round the clock from a data centre', () => {
    const plays = roundTheClock('a', 'Hetzner Online GmbH')
    expect(inspectRestreaming(plays[4] ?? play(), plays.slice(0, 4), params)).not.toBeNull()
  })

  it('is not a set that runs all day at home', () => {
    const plays = roundTheClock('a', 'Orange S.A.')
    expect(inspectRestreaming(plays[4] ?? play(), plays.slice(0, 4), params)).toBeNull()
  })

  it('is not sets that stand paused for days', () => {
    const paused = ['a', 'b', 'c'].flatMap((d) => roundTheClock(d, 'Hetzner Online GmbH'))
    const plays = paused.map((p) => ({ ...p, playedMs: HOUR }))
    expect(inspectRestreaming(plays[14] ?? play(), plays.slice(0, 14), params)).toBeNull()
  })

  it('is not a family that watches every evening', () => {
    const plays = ['a', 'b', 'c'].flatMap((device) =>
      daily(everyNth(5, 1), { device, minutes: 240 }),
    )
    expect(inspectRestreaming(plays[14] ?? play(), plays.slice(0, 14), params)).toBeNull()
  })
})

describe('a second household', () => {
  const params = { window_hours: 1440, min_days: 5, min_overlap_days: 0 }
  const home = daily(everyNth(40, 1), { minutes: 120 })
  const other = daily(everyNth(40, 5), { place: 'bordeaux', network: '198.51.100.9', minutes: 120 })
  const inOrder = [...home, ...other].sort((a, b) => a.startedAt - b.startedAt)

  it('is found with its place, its days and its television', () => {
    const event = inOrder.at(-1) ?? play()
    const finding = inspectSecondHousehold(event, inOrder.slice(0, -1), params)
    expect(finding?.summary).toBe(
      'A second household in Bordeaux (± 25 km) played on 8 days, with a television of its own; devices of one home were guests of the other on 0 days; both played at the same time on 8 of 8 days. Cleared by devices of one home playing in the other on 16 more days, or by feedback that 198.51.100.9 is home.',
    )
    expect(finding?.evidence).toMatchObject({ place: 'Bordeaux (± 25 km)', guestDays: 16 })
    expect(finding && sentenceOf('ru', finding)).toMatch(
      /^Второе домохозяйство \(Bordeaux \(± 25 км\)\) смотрело 8 дней; там свой телевизор; устройства одного дома были в гостях у другого 0 дней; оба смотрели одновременно: 8 дней из 8\. Снимается, если устройства одного дома ещё 16 дней посмотрят в другом или если отметить, что 198\.51\.100\.9 — дом\.$/,
    )
    expect(finding?.evidence.distanceKm).toBeCloseTo(436, -1)
    expect(finding?.confidence).toBeGreaterThan(80)
  })

  it('asks for as many days of overlap as told', () => {
    const event = inOrder.at(-1) ?? play()
    const recent = inOrder.slice(0, -1)
    expect(inspectSecondHousehold(event, recent, { ...params, min_overlap_days: 21 })).toBeNull()
  })

  it('is not one home alone', () => {
    expect(inspectSecondHousehold(home.at(-1) ?? play(), home.slice(0, -1), params)).toBeNull()
  })
})
