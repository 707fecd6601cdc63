import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, play, START } from '../play-builder.ts'

const now = START + 60 * DAY

const devicesOf = (plays: readonly PlayRecord[]): number =>
  new Set(preparePlays(plays, now).map(({ device }) => device)).size

const idsEachPlay = (plays: readonly PlayRecord[]): PlayRecord[] =>
  plays.map((one, i) => ({ ...one, device: `${one.device} ${i}` }))

const home = daily(everyNth(60, 1), { device: 'set', minutes: 90 })
const office = { network: '198.51.100.9', place: 'villeurbanne', player: 'phone' } as const

describe('a phone with a new id at each play', () => {
  const inside = daily(everyNth(60, 2), { player: 'phone', device: 'phone', at: 3 * HOUR })
  const outside = daily(everyNth(60, 2), { ...office, device: 'phone', at: -3 * HOUR })

  it('is one device at home and away', () => {
    expect(devicesOf(idsEachPlay([...inside, ...outside]))).toBe(1)
    expect(
      assessAccount([...home, ...idsEachPlay([...inside, ...outside])], { now }),
    ).toMatchObject({ flagged: false, households: [{ isMain: true }] })
  })

  it('is two where two of the model play at once in two places', () => {
    const atOnce = daily(everyNth(60, 2), { ...office, device: 'phone', at: 3 * HOUR })
    expect(devicesOf(idsEachPlay([...inside, ...atOnce]))).toBe(2)
  })
})

describe('a set with a new id at each play', () => {
  const provider = (asn: number) => ({ asn, asnOrg: `Provider ${asn}` })
  const at = (pool: string, asn: number, days: readonly number[]): PlayRecord[] =>
    days.map((day) =>
      play({ at: day * DAY, network: `${pool}.${day}`, device: 'set', with: provider(asn) }),
    )

  it('is one wherever its provider assigns it an address', () => {
    const plays = [
      ...at('192.0.2', 64500, everyNth(30, 2)),
      ...at('198.51.100', 64500, everyNth(30, 2, 1)),
    ]
    expect(devicesOf(idsEachPlay(plays))).toBe(1)
  })

  it('is another on the line of another provider', () => {
    const plays = [
      ...at('192.0.2', 64500, everyNth(30, 2)),
      ...at('198.51.100', 64501, everyNth(30, 2, 1)),
    ]
    expect(devicesOf(idsEachPlay(plays))).toBe(2)
  })
})

it('ids that last keep phones of one model apart', () => {
  const friend = daily(everyNth(60, 2), { ...office, device: 'phone of a friend' })
  const own = daily(everyNth(60, 2, 1), { player: 'phone', device: 'phone' })
  expect(devicesOf([...friend, ...own])).toBe(2)
})
