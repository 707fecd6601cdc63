import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { inspectPlays } from '../../../../control/detect/judge/inspect-plays.ts'
import { defaultRules } from '../../../../control/detect/rules/rules.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, type PlayFields, START } from '../play-builder.ts'

const ORANGE = { asn: 3215, asnOrg: 'Orange S.A.' }
const SFR = { asn: 15557, asnOrg: 'SFR SA' }

/** Kinds of the findings about plays apart, and the providers they name. */
const raised = (plays: readonly PlayRecord[]) =>
  inspectPlays(preparePlays(plays, START + 60 * DAY), defaultRules())
    .map(({ finding }) => finding)
    .filter(({ kind }) => kind === 'simultaneous_places' || kind === 'impossible_travel')

const home = (more: Partial<PlayRecord>): PlayRecord[] =>
  daily(everyNth(60, 1), { minutes: 90, with: more })

/** A phone at the same time in Bordeaux, on some days. */
const elsewhere = (days: readonly number[], fields: PlayFields): PlayRecord[] =>
  daily(days, {
    at: 20 * MINUTE,
    minutes: 50,
    place: 'bordeaux',
    player: 'phone',
    device: 'phone',
    network: '198.51.100.9',
    ...fields,
  })

describe('plays apart over one provider', () => {
  const second = (days: readonly number[], more: Partial<PlayRecord>): PlayRecord[] => [
    ...elsewhere(days, { with: more }),
    ...daily(days, {
      at: 3 * HOUR,
      minutes: 90,
      place: 'bordeaux',
      device: 'television bordeaux',
      network: '198.51.100.9',
      with: more,
    }),
  ]

  it('are raised where the account surely has two homes, and say the provider', () => {
    const found = raised([...home(ORANGE), ...second(everyNth(60, 2), ORANGE)])
    expect(found.map(({ kind }) => kind)).toContain('simultaneous_places')
    for (const { evidence } of found) expect(evidence.provider).toBe('Orange S.A.')
  })

  it('are raised without one where there are two providers', () => {
    const found = raised([...home(ORANGE), ...second(everyNth(60, 2), SFR)])
    expect(found.map(({ kind }) => kind)).toContain('simultaneous_places')
    for (const { evidence } of found) expect(evidence.provider).toBeUndefined()
  })

  it("are none where a household's phone is out", () => {
    const inside = daily(everyNth(60, 2, 1), { player: 'phone', device: 'phone', with: ORANGE })
    const outside = everyNth(60, 2).flatMap((day) =>
      elsewhere([day], { network: `90.${day}.7.9`, with: ORANGE }),
    )
    expect(raised([...home(ORANGE), ...inside, ...outside])).toEqual([])
  })
})

describe('plays apart of a household that is on the road', () => {
  /** Another hotel each time, at the same time as the television at home. */
  const hotels = (days: readonly number[]): PlayRecord[] =>
    days.flatMap((day, index) => elsewhere([day], { network: `90.${index}.7.9` }))

  it('are explained by its home, whose provider nobody knows either', () => {
    const inside = daily(everyNth(60, 2, 1), { player: 'phone', device: 'phone' })
    expect(raised([...home({}), ...inside, ...hotels([20, 33, 46])])).toEqual([])
  })

  it('are explained from the second day on', () => {
    const [first, second] = [everyNth(1, 1), everyNth(4, 1)]
    const from = (days: readonly number[]) => daily(days, { minutes: 90 })
    expect(raised([...from(first), ...hotels([0])])).not.toEqual([])
    expect(raised([...from(second), ...hotels([1])])).toEqual([])
  })
})

describe('many networks in a day of a household that is known', () => {
  const velocity = (plays: readonly PlayRecord[]) =>
    inspectPlays(preparePlays(plays, START + 60 * DAY), defaultRules()).filter(
      ({ finding }) => finding.kind === 'device_velocity',
    )
  /** Six networks on one day, each with its device and provider. */
  const around = (
    deviceOf: (n: number) => string,
    providerOf: (n: number) => Partial<PlayRecord>,
  ) =>
    everyNth(6, 1).flatMap((n) =>
      daily([40], {
        at: n * HOUR,
        minutes: 20,
        place: 'bordeaux',
        player: 'phone',
        device: deviceOf(n),
        network: `90.${n}.7.9`,
        with: providerOf(n),
      }),
    )
  const phones = daily(everyNth(40, 1), { player: 'phone', device: 'phone', with: ORANGE })
  const either = (n: number) => (n % 2 === 0 ? ORANGE : SFR)

  it('are its own where a device that is known goes about', () => {
    expect(velocity([...home(ORANGE), ...phones, ...around(() => 'phone', either)])).toEqual([])
  })

  it('are raised where devices that nobody has seen come over several providers', () => {
    const found = velocity([...home(ORANGE), ...around((n) => `phone ${n % 2}`, either)])
    expect(found).toHaveLength(1)
  })

  it('are not of one new device, nor of new ones over one provider', () => {
    const one = around((n) => (n === 0 ? 'new' : 'phone'), either)
    expect(velocity([...home(ORANGE), ...phones, ...one])).toEqual([])
    const over = around(
      (n) => `phone ${n % 2}`,
      () => ORANGE,
    )
    expect(velocity([...home(ORANGE), ...over])).toEqual([])
  })
})
