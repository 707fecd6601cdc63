import { describe, expect, it } from 'vitest'
import { placeFromTautulli, playFromTautulli } from '../../../../control/sources/tautulli/rows.ts'

const row = {
  row_id: 480,
  started: 1_795_128_290,
  stopped: 1_795_130_938,
  play_duration: 1920,
  user_id: 22_579_007,
  user: 'two_cities',
  friendly_name: 'Two Cities',
  platform: 'webOS',
  product: 'Plex for LG',
  player: 'LG 55" OLED',
  ip_address: '141.64.179.63',
  live: 0,
  machine_id: 'cgqktqu4',
  location: 'wan',
  full_title: 'Distant Machine - Cold Open',
  title: 'Cold Open',
  state: null,
}
const berlin = {
  city: 'Berlin',
  code: 'de',
  country: 'Germany',
  region: 'Berlin',
  latitude: 52.5451,
  longitude: 13.3552,
  accuracy: null,
}

describe('a row of Tautulli', () => {
  it('becomes a play record', () => {
    expect(
      playFromTautulli(row, berlin, { asn: 680, org: 'DFN' }, { source: 'tautulli:home' }),
    ).toEqual({
      id: '480',
      source: 'tautulli:home',
      account: 'backend:tautulli:22579007',
      accountName: 'Two Cities',
      group: null,
      address: '141.64.179.63',
      network: '141.64.179.63',
      isLan: false,
      country: 'DE',
      region: 'Berlin',
      city: 'Berlin',
      latitude: 52.5451,
      longitude: 13.3552,
      accuracyKm: 25,
      asn: 680,
      asnOrg: 'DFN',
      device: 'cgqktqu4',
      platform: 'webOS',
      client: 'Plex for LG',
      player: 'LG 55" OLED',
      agent: null,
      download: null,
      playback: null,
      door: null,
      timing: null,
      channel: null,
      title: 'Distant Machine - Cold Open',
      isLive: false,
      isMusic: false,
      delivery: null,
      startedAt: 1_795_128_290_000,
      lastSeenAt: 1_795_130_938_000,
      endedAt: 1_795_130_938_000,
      playedMs: 1_920_000,
      bytes: null,
      reason: null,
    })
  })

  it('says how it was delivered, by what Tautulli calls it', () => {
    const deliveryOf = (decision: unknown) =>
      playFromTautulli({ ...row, transcode_decision: decision }, berlin).delivery
    expect(['direct play', 'copy', 'transcode', 'burn', 3, null].map(deliveryOf)).toEqual([
      'direct play',
      'direct stream',
      'transcode',
      null,
      null,
      null,
    ])
  })

  it('of a track is music', () => {
    expect(playFromTautulli({ ...row, media_type: 'track' }, berlin).isMusic).toBe(true)
    expect(playFromTautulli({ ...row, media_type: 'episode' }, berlin).isMusic).toBe(false)
  })

  it('numbers may come as text', () => {
    const text = {
      row_id: '480',
      started: '1795128290',
      stopped: '1795130938',
      play_duration: '1920',
    }
    const play = playFromTautulli(
      { ...row, ...text, live: '1' },
      { ...berlin, latitude: '52.5451' },
    )
    const expected = { ...playFromTautulli({ ...row, live: 1 }, berlin) }
    expect(play).toEqual(expected)
  })

  it.each([' ', '\t', '\u00a0', '\u2003', '\u3000 '])(
    'a text of spaces alone is none: %j',
    (blank) => {
      const play = playFromTautulli({ ...row, machine_id: blank, friendly_name: blank }, null)
      expect(play).toMatchObject({ device: null, accountName: 'two_cities' })
    },
  )

  it.each(['~', 'ä', '\u00a0x', '電視'])('a text that begins with any sign is kept: %j', (name) => {
    expect(playFromTautulli({ ...row, machine_id: name }, null).device).toBe(name)
  })

  it('the same address at home and away is two places', () => {
    const rows = ['wan', 'lan', 'wan'].map((location) => ({ ...row, location }))
    expect(rows.map((one) => playFromTautulli(one, null).isLan)).toEqual([false, true, false])
  })

  it('user 0 is a user', () => {
    expect(playFromTautulli({ ...row, user_id: 0 }, null).account).toBe('backend:tautulli:0')
  })

  it('one that still plays has not ended, and an id of its own', () => {
    const play = playFromTautulli(
      { ...row, row_id: null, state: 'playing', session_key: 41 },
      berlin,
    )
    expect(play).toMatchObject({
      id: 'live:41:1795128290',
      endedAt: null,
      lastSeenAt: 1_795_130_938_000,
    })
  })

  it.each([0, null, undefined, 1_795_000_000])(
    'stopped=%s ends after the time played',
    (stopped) => {
      const play = playFromTautulli({ ...row, stopped: stopped ?? null }, berlin)
      expect(play.endedAt).toBe((1_795_128_290 + 1920) * 1000)
    },
  )

  it.each([
    ['::ffff:141.64.179.63', '141.64.179.63', false],
    ['[2A10:9d44:332f:e9b4:0:0:0:1]', '2a10:9d44:332f:e9b4::/64', false],
    ['fe80::1%eth0', 'fe80::/64', true],
    ['100.64.3.4', '100.64.3.4', true],
    ['172.20.0.9', '172.20.0.9', true],
    // Plex's relay.
    ['127.0.0.1', null, false],
    ['::1', null, false],
    ['nonsense', null, false],
    ['', null, false],
    [null, null, false],
  ])('address %s is on network %s, lan %s', (ip_address, network, isLan) => {
    expect(playFromTautulli({ ...row, ip_address }, null)).toMatchObject({ network, isLan })
  })

  it('a play the server calls local has no place of its own, whatever its address', () => {
    const play = playFromTautulli({ ...row, location: 'lan' }, berlin)
    expect(play).toMatchObject({ isLan: true, latitude: null, city: null, country: null })
  })

  it('a player on the server itself is at home', () => {
    const play = playFromTautulli({ ...row, location: 'lan', ip_address: '127.0.0.1' }, null)
    expect(play).toMatchObject({ isLan: true, address: '127.0.0.1' })
  })
})

describe('a look-up', () => {
  it.each([
    [
      { ...berlin, latitude: null },
      { latitude: null, longitude: null },
    ],
    [
      { ...berlin, latitude: '' },
      { latitude: null, longitude: null },
    ],
    [
      { ...berlin, latitude: 0, longitude: 0 },
      { latitude: 0, longitude: 0, accuracyKm: 25 },
    ],
    [
      { ...berlin, city: '' },
      { city: null, accuracyKm: 300 },
    ],
    [
      { ...berlin, city: null, region: null },
      { accuracyKm: null, country: 'DE' },
    ],
    [{ ...berlin, code: '' }, { country: null }],
    [null, { country: null, latitude: null, accuracyKm: null }],
  ])('case %#', (geo, wanted) => {
    expect(placeFromTautulli(geo)).toMatchObject(wanted)
  })
})
