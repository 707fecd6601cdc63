import { describe, expect, it } from 'vitest'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, HOUR, type PlayFields, play, START } from './play-builder.ts'

const now = START + 60 * DAY

/** Plays as an edge tells them: the device is made from network and player. */
const onEdge = (days: readonly number[], fields: PlayFields) =>
  daily(days, fields).map((p) => ({
    ...p,
    source: 'edge:one',
    device: `${p.network} ${p.client}`,
  }))

const box = { with: { platform: 'Android TV', client: 'TiviMate' }, minutes: 90 } as const
const phone = { with: { platform: 'Android', client: 'VLC' }, minutes: 25, at: 2 * HOUR } as const

describe('an account that plays on our own edges', () => {
  const home = onEdge(everyNth(60, 1), box)

  it('is not accused for a phone that leaves the house', () => {
    const inside = onEdge(everyNth(60, 2), phone)
    const outside = everyNth(60, 2, 1).flatMap((day) =>
      onEdge([day], { ...phone, at: -3 * HOUR, network: `100.70.${day % 7}.${day}` }),
    )
    const assessment = assessAccount([...home, ...inside, ...outside], { now })
    expect(assessment.households).toHaveLength(1)
    expect(assessment.flagged).toBe(false)
  })

  it('is not accused for a line that changes its address and its pool', () => {
    const moving = everyNth(60, 1).flatMap((day) =>
      onEdge([day], { ...box, network: `81.${day % 9}.7.${day}` }),
    )
    expect(assessAccount(moving, { now }).flagged).toBe(false)
  })

  it('is accused when the same player runs in two cities at once, week after week', () => {
    const away = onEdge(everyNth(60, 2), {
      ...box,
      at: 30 * 60_000,
      place: 'bordeaux',
      network: '198.51.100.9',
    })
    const assessment = assessAccount([...home, ...away], { now })
    expect(assessment.flagged).toBe(true)
    expect(assessment.households.map((h) => h.city)).toEqual(['Lyon', 'Bordeaux'])
  })

  it("knows a device that an operator called fine by the name we show, and by the edge's own", () => {
    const away = onEdge(everyNth(60, 2), {
      ...box,
      at: 30 * 60_000,
      place: 'bordeaux',
      network: '198.51.100.9',
    })
    const plays = [...home, ...away]
    const shown = assessAccount(plays, { now }).households[1]?.devices ?? []
    const named = [...new Set(away.map(({ device }) => device))]
    for (const devices of [shown, named]) {
      expect(devices).toHaveLength(1)
      expect(assessAccount(plays, { now, feedback: { devices } }).flagged).toBe(false)
    }
  })

  it('keeps the devices of media servers as they are', () => {
    const plex = play({ device: 'a real id' })
    expect(preparePlays([plex], now)).toEqual([plex])
  })

  it('gives the same devices whatever order the plays come in', () => {
    const plays = [...home, ...onEdge(everyNth(60, 2), phone)]
    expect(preparePlays(plays.toReversed(), now)).toEqual(preparePlays(plays, now))
  })
})
