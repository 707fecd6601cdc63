import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, type PlayFields, START } from '../play-builder.ts'

const now = START + 60 * DAY

/** Plays of an app that gives all its players one id. */
const constant = (days: readonly number[], player: string, fields: PlayFields): PlayRecord[] =>
  daily(days, { ...fields, device: 'one id for all', with: { player, ...fields.with } })

const devicesOf = (plays: readonly PlayRecord[]): number =>
  new Set(preparePlays(plays, now).map(({ device }) => device)).size

const isAccused = (plays: readonly PlayRecord[]): boolean => assessAccount(plays, { now }).flagged

const home = { network: '192.0.2.1', with: { asn: 64500, asnOrg: 'Provider A' }, minutes: 90 }
const elsewhere = {
  network: '198.51.100.9',
  place: 'bordeaux',
  with: { asn: 64501, asnOrg: 'Provider B' },
  minutes: 90,
} as const

describe('one id for all players of an app', () => {
  it('is a device for each player that plays in turn with others', () => {
    const set = constant(everyNth(60, 2), 'Living Room', home)
    expect(devicesOf([...set, ...constant(everyNth(60, 2, 1), 'Kitchen', home)])).toBe(2)
  })

  it('is one device where a player was given another name', () => {
    const before = constant(everyNth(30, 1), 'LG', home)
    expect(devicesOf([...before, ...constant(everyNth(60, 1, 31), 'Living Room', home)])).toBe(1)
  })

  it('still shows sets of one model in two homes that play at once', () => {
    const first = constant(everyNth(60, 1), 'LG', home)
    const second = constant(everyNth(60, 2), 'LG', { ...elsewhere, at: HOUR / 2 })
    expect(devicesOf([...first, ...second])).toBe(2)
    expect(isAccused([...first, ...second])).toBe(true)
  })

  it('is a phone that travels, where nothing plays at once', () => {
    const set = constant(everyNth(60, 1), 'LG', home)
    const phone = { player: 'phone' } as const
    const inside = constant(everyNth(60, 2), 'iPhone', { ...home, ...phone, at: 3 * HOUR })
    const outside = constant(everyNth(60, 2), 'iPhone', { ...elsewhere, ...phone, at: -4 * HOUR })
    expect(devicesOf([...set, ...inside, ...outside])).toBe(2)
    expect(isAccused([...set, ...inside, ...outside])).toBe(false)
  })

  it('is two phones where nobody travels so fast, once', () => {
    const set = constant(everyNth(60, 1), 'LG', home)
    const phone = { player: 'phone', at: 3 * HOUR, minutes: 30 } as const
    const inside = constant(everyNth(60, 2), 'iPhone', { ...home, ...phone })
    const outside = (hours: number): PlayRecord[] =>
      constant([20], 'iPhone', { ...elsewhere, ...phone, place: 'boston', at: hours * HOUR })
    expect(devicesOf([...set, ...inside, ...outside(5)])).toBe(3)
    expect(devicesOf([...set, ...inside, ...outside(15)])).toBe(2)
  })
})
