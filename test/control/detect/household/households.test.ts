import { describe, expect, it } from 'vitest'
import { enrichPlays } from '../../../../control/detect/enriched-play.ts'
import { homesOf } from '../../../../control/detect/household/homes/homes.ts'
import { describeHome } from '../../../../control/detect/household/household-text.ts'
import { normalisePlays } from '../../../../control/detect/normalise.ts'
import { DAY, daily, everyNth, HOUR, play, START } from '../play-builder.ts'

const now = START + 60 * DAY

const devicesOf = (plays: Parameters<typeof normalisePlays>[0]): string[][] =>
  homesOf(enrichPlays(normalisePlays(plays, now))).map((home) => [...home.devices].sort())

const television = (device: string, network: string, days = everyNth(40, 2)) =>
  daily(days, { device, network })

describe('households', () => {
  it('put devices on one line together', () => {
    expect(
      devicesOf([
        ...television('set 1', '192.0.2.1'),
        ...television('set 2', '192.0.2.1'),
        ...daily(everyNth(40, 5), { device: 'phone', player: 'phone', network: '192.0.2.1' }),
      ]),
    ).toEqual([['phone', 'set 1', 'set 2']])
  })

  it('keep televisions on lines of their own apart', () => {
    expect(
      devicesOf([...television('set 1', '192.0.2.1'), ...television('set 2', '198.51.100.1')]),
    ).toEqual([['set 1'], ['set 2']])
  })

  it('are named by one place: city, provider and country belong together', () => {
    const seen = [
      ...Array.from({ length: 2 }, () => ['Berlin', 'DE', 'Net A']),
      ...Array.from({ length: 2 }, () => ['Berlin', 'DE', 'Net B']),
      ...Array.from({ length: 3 }, () => ['Prague', 'CZ', 'ImproWare AG']),
      ...Array.from({ length: 2 }, () => ['Brno', 'CZ', 'ImproWare AG']),
    ]
    const plays = seen.map(([city = null, country = null, asnOrg = null], i) =>
      play({ at: i * DAY, network: '192.0.2.1', with: { city, country, asnOrg, region: null } }),
    )
    const homes = homesOf(enrichPlays(normalisePlays(plays, now)))
    expect(homes.map((home) => describeHome(home, 0))).toMatchObject([
      { place: 'Berlin (Net A)', city: 'Berlin', country: 'DE' },
    ])
  })

  it('follow a line that gets a new address each day', () => {
    const days = everyNth(40, 1)
    const sets = days.flatMap((day) => [
      play({ at: day * DAY, device: 'set 1', network: `192.0.2.${day + 1}` }),
      ...(day % 3 === 0
        ? [play({ at: day * DAY + HOUR, device: 'set 2', network: `192.0.2.${day + 1}` })]
        : []),
    ])
    expect(devicesOf(sets)).toEqual([['set 1', 'set 2']])
  })

  it('join devices of one pool that never meet, as long as nothing speaks against it', () => {
    expect(
      devicesOf([
        ...television('set 1', '192.0.2.1', [0, 1, 2, 3]),
        ...television('set 2', '192.0.2.9', [10, 11, 12, 13]),
      ]),
    ).toEqual([['set 1', 'set 2']])
  })

  it('tell two lines of one pool apart when both addresses return beside each other', () => {
    expect(
      devicesOf([
        ...television('set 1', '192.0.2.1', everyNth(40, 2)),
        ...television('set 2', '192.0.2.9', everyNth(40, 2, 1)),
      ]),
    ).toEqual([['set 1'], ['set 2']])
  })

  it('count the LAN and the line of the same television as one home', () => {
    const lan = daily(everyNth(20, 2), {
      device: 'set 1',
      network: '10.0.0.2',
      with: { isLan: true },
    })
    const wan = daily(everyNth(20, 2, 1), { device: 'set 1', network: '192.0.2.1' })
    expect(devicesOf([...lan, ...wan])).toEqual([['set 1']])
  })

  it('do not take the relay for a line', () => {
    const relayed = (device: string) => daily(everyNth(20, 2), { device, network: '127.0.0.1' })
    const own = [...television('set 1', '192.0.2.1'), ...television('set 2', '198.51.100.1')]
    expect(devicesOf([...own, ...relayed('set 1'), ...relayed('set 2')])).toEqual([
      ['set 1'],
      ['set 2'],
    ])
  })

  it('leave a phone with the home where it watches, wherever else it goes', () => {
    const out = everyNth(30, 1).map((n) =>
      play({
        at: n * DAY,
        minutes: 10,
        device: 'phone',
        player: 'phone',
        network: `100.${n + 70}.0.1`,
      }),
    )
    const atHome = daily([2, 9, 16, 23], {
      device: 'phone',
      player: 'phone',
      at: 5 * HOUR,
      minutes: 90,
    })
    expect(devicesOf([...television('set', '192.0.2.1'), ...atHome, ...out])).toEqual([
      ['phone', 'set'],
    ])
  })

  it('give a phone that was a guest once its own place', () => {
    const friend = daily(everyNth(30, 2), {
      device: 'friend',
      player: 'phone',
      network: '198.51.100.1',
      minutes: 90,
    })
    const visit = play({ at: 7 * DAY, device: 'friend', player: 'phone', minutes: 60 })
    expect(devicesOf([...television('set', '192.0.2.1'), ...friend, visit])).toEqual([
      ['set'],
      ['friend'],
    ])
  })

  it('take the exits of one VPN for one place', () => {
    const vpn = (device: string, network: string) =>
      daily(everyNth(20, 2), { device, network, with: { asn: 9009, asnOrg: 'M247 Europe SRL' } })
    expect(devicesOf([...vpn('set 1', '192.0.2.1'), ...vpn('set 2', '198.51.100.1')])).toEqual([
      ['set 1', 'set 2'],
    ])
  })

  it('are none without plays', () => {
    expect(devicesOf([])).toEqual([])
  })

  it('tolerate plays without a device or a network', () => {
    const bare = play({ device: null, network: null })
    expect(devicesOf([bare, ...television('set', '192.0.2.1')])).toEqual([
      [expect.stringContaining('webOS'), 'set'],
    ])
  })
})
