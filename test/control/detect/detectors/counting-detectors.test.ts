import { describe, expect, it } from 'vitest'
import { inspectConcurrentStreams } from '../../../../control/detect/detectors/concurrent-streams.ts'
import { inspectDeviceVelocity } from '../../../../control/detect/detectors/device-velocity.ts'
import { inspectGeoRestriction } from '../../../../control/detect/detectors/geo-restriction.ts'
import { inspectHostingNetwork } from '../../../../control/detect/detectors/hosting-network.ts'
import { sentenceOf } from '../../../../control/notify/text/sentences.ts'
import { HOUR, MINUTE, play, START } from '../play-builder.ts'

describe('device velocity', () => {
  const params = { window_hours: 24, count: 'networks', max: 3 } as const
  const onNetwork = (n: number) => play({ at: n * HOUR, network: `192.0.2.${n}`, device: `d${n}` })

  it('fires at the network that is one too many, and only then', () => {
    const plays = [1, 2, 3, 4].map(onNetwork)
    expect(inspectDeviceVelocity(onNetwork(3), plays.slice(0, 2), params)).toBeNull()
    const finding = inspectDeviceVelocity(onNetwork(4), plays.slice(0, 3), params)
    expect(finding?.evidence).toMatchObject({ count: 4, limit: 3, windowMs: 24 * HOUR })
    expect(finding?.evidence.networks).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
    expect(inspectDeviceVelocity(onNetwork(4), plays, params)).toBeNull()
  })

  it('never counts the LAN and relays', () => {
    const quiet = [
      play({ network: '10.0.0.1', with: { isLan: true } }),
      play({ network: '127.0.0.1' }),
      play({ network: null }),
    ]
    expect(
      inspectDeviceVelocity(onNetwork(3), [onNetwork(1), onNetwork(2), ...quiet], params),
    ).toBeNull()
  })

  it('counts devices where told', () => {
    const devices = { ...params, count: 'devices' } as const
    const plays = [1, 2, 3].map((n) => play({ device: `d${n}` }))
    expect(
      inspectDeviceVelocity(play({ device: 'd4' }), plays, devices)?.evidence.devices,
    ).toHaveLength(4)
    expect(inspectDeviceVelocity(play({ device: null }), plays, devices)).toBeNull()
  })
})

describe('concurrent streams', () => {
  const params = {
    window_hours: 24,
    max_streams: 2,
    min_overlap_minutes: 2,
    ignore_same_network: false,
  }
  const stream = (device: string, at = 0, minutes = 60) => play({ device, at, minutes })

  it('are counted by device', () => {
    const finding = inspectConcurrentStreams(
      stream('c', 10 * MINUTE),
      [stream('a'), stream('b')],
      params,
    )
    expect(finding?.evidence).toMatchObject({ count: 3, limit: 2, devices: ['a', 'b', 'c'] })
  })

  it('of unknown devices are cleared by a rule alone', () => {
    const unknown = [0, 1, 2].map((n) => play({ at: n * MINUTE, device: null }))
    const finding = inspectConcurrentStreams(unknown[2] ?? play(), unknown.slice(0, 2), params)
    expect(finding?.summary).toBe(
      '3 streams at once; 2 are allowed. Cleared by a rule that allows 3.',
    )
    expect(finding && sentenceOf('ru', finding)).toBe(
      'Одновременно 3 потока; разрешено 2. Снимается, если правило разрешит 3.',
    )
  })

  it('do not count a device that goes from one episode to the next', () => {
    const night = [0, 1, 2].map((n) => stream('a', n * 30 * MINUTE, 31))
    expect(
      inspectConcurrentStreams(
        stream('b', 60 * MINUTE),
        [...night, stream('a', 90 * MINUTE)],
        params,
      ),
    ).toBeNull()
  })

  it('do not count what had just ended', () => {
    const ending = [stream('a', 0, 60), stream('b', 0, 60)]
    expect(inspectConcurrentStreams(stream('c', 59 * MINUTE), ending, params)).toBeNull()
  })

  it('count what still plays', () => {
    const running = ['a', 'b'].map((device) =>
      play({ device, with: { endedAt: null, lastSeenAt: START + 30 * MINUTE } }),
    )
    expect(inspectConcurrentStreams(stream('c', 20 * MINUTE), running, params)).not.toBeNull()
    expect(inspectConcurrentStreams(stream('c', 40 * MINUTE), running, params)).toBeNull()
  })

  it('count networks where told', () => {
    const perNetwork = { ...params, ignore_same_network: true }
    const home = [stream('a'), stream('b')]
    expect(inspectConcurrentStreams(stream('c', MINUTE), home, perNetwork)).toBeNull()
  })
})

describe('geo restriction', () => {
  const block = { mode: 'block', countries: ['fr'] } as const
  const allow = { mode: 'allow', countries: ['IT', 'AU'] } as const

  it.each([
    ['a blocked country', { place: 'lyon' }, block, true],
    ['another country', { place: 'turin' }, block, false],
    ['an allowed country', { place: 'turin' }, allow, false],
    ['a country that is not allowed', { place: 'lyon' }, allow, true],
    ['an unknown country', { place: 'nowhere' }, allow, false],
    ['the LAN', { place: 'lyon', network: '10.0.0.1', with: { isLan: true } }, allow, false],
  ] as const)('case=%s', (_name, told, params, isFound) => {
    const countries = [...params.countries]
    expect(inspectGeoRestriction(play(told), [], { ...params, countries }) !== null).toBe(isFound)
  })
})

describe('a hosting network', () => {
  const params = { window_hours: 168, min_plays: 1 }

  it.each([
    ['M247 Europe SRL', true],
    ['OVH SAS', true],
    ['DigitalOcean, LLC', true],
    ['The Constant Company, LLC', true],
    ['Hetzner Online GmbH', true],
    ['Orange S.A.', false],
    ['Deutsche Telekom AG', false],
    ['Charter Communications Inc', false],
    [null, false],
  ])('is %s: %s', (asnOrg, isHosting) => {
    const finding = inspectHostingNetwork(play({ with: { asnOrg } }), [], params)
    expect(finding !== null).toBe(isHosting)
  })

  it('is a weak finding', () => {
    const finding = inspectHostingNetwork(play({ with: { asnOrg: 'OVH SAS' } }), [], params)
    expect(finding?.confidence).toBeLessThan(10)
  })
})
