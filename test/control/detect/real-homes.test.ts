import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { playFromTautulli, type TautulliGeo } from '../../../control/sources/tautulli/rows.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from './play-builder.ts'

interface Case {
  readonly what: string
  readonly accuse: boolean
  readonly now: number
  readonly geo: Readonly<Record<string, TautulliGeo>>
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const file = new URL('../../vectors/detection/homes/cases.json.gz', import.meta.url)
const cases: Record<string, Case> = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))

const playsOf = ({ geo, columns, rows }: Case): PlayRecord[] =>
  rows.map((cells) => {
    const row = Object.fromEntries(columns.map((name, i) => [name, cells[i]]))
    return playFromTautulli({ ...row, user_id: 1 }, geo[String(row['ip_address'])])
  })

describe('what owners report', () => {
  it.each(Object.entries(cases))('%s is judged fairly', (_, told) => {
    const assessment = assessAccount(playsOf(told), { now: told.now * 1000 })
    expect(assessment.flagged, told.what).toBe(told.accuse)
  })

  it('a row that is written three times is one play', () => {
    const told = cases['every-row-3-times']
    if (!told) throw new Error('the vector is missing')
    expect(preparePlays(playsOf(told), told.now * 1000)).toHaveLength(told.rows.length / 3)
  })
})

const now = START + 60 * DAY
const home = [
  ...daily(everyNth(60, 1), { device: 'set', minutes: 90 }),
  ...daily(everyNth(60, 2), { device: 'phone', player: 'phone', at: HOUR, minutes: 40 }),
]
const friend = (day: number, more: Partial<PlayRecord> = {}): PlayRecord =>
  play({
    at: day * DAY + 30 * MINUTE,
    place: 'bordeaux',
    network: '198.51.100.9',
    device: 'set of a friend',
    minutes: 90,
    with: more,
  })
const isAccused = (plays: readonly PlayRecord[]): boolean => assessAccount(plays, { now }).flagged

describe('one house however it looks', () => {
  const second = (network: string, at = 30 * MINUTE): PlayRecord[] =>
    daily(everyNth(60, 1), { device: 'second set', network, at, minutes: 90 })

  it('on IPv4 and IPv6, each set keeping to one', () => {
    expect(isAccused([...home, ...second('2001:db8:1:2::/64')])).toBe(false)
  })

  it('in two networks of one IPv6 delegation, back and forth every evening', () => {
    const six = daily(everyNth(60, 1), { device: 'set', network: '2001:db8:1:201::/64' })
    expect(isAccused([...six, ...second('2001:db8:1:202::/64')])).toBe(false)
  })

  it('on IPv4 and IPv6 that are located far apart, where a phone goes back and forth', () => {
    const provider = { asn: 64500, asnOrg: 'Provider' }
    const sixth = { network: '2001:db8:1:2::/64', place: 'bordeaux', with: provider } as const
    const plays = [
      ...daily(everyNth(60, 1), { device: 'set', minutes: 90, with: provider }),
      ...daily(everyNth(60, 1), { ...sixth, device: 'second set', at: 30 * MINUTE, minutes: 90 }),
      ...daily(everyNth(60, 4), { device: 'phone', player: 'phone', at: HOUR, with: provider }),
      ...daily(everyNth(60, 5), { ...sixth, device: 'phone', player: 'phone', at: 3 * HOUR }),
    ]
    expect(assessAccount(plays, { now })).toMatchObject({
      flagged: false,
      households: [{ isMain: true }],
    })
  })

  it('left for another with a set of its own', () => {
    const days = (from: number, to: number): number[] => everyNth(to, 1, from)
    const old = daily(days(0, 30), { device: 'old set', minutes: 90 })
    const fresh = { device: 'new set', network: '198.51.100.9', place: 'bordeaux' } as const
    expect(isAccused([...old, ...daily(days(31, 60), { ...fresh, minutes: 90 })])).toBe(false)
  })

  it('while another household elsewhere is still seen', () => {
    const twin = second('2001:db8:1:2::/64')
    expect(isAccused([...home, ...twin, ...everyNth(60, 2).map((day) => friend(day))])).toBe(true)
  })
})

describe('devices whose ids do not last', () => {
  it('are one household with an id a play', () => {
    const plays = home.map((p, i) => ({ ...p, device: `${p.device} ${i}` }))
    expect(assessAccount(plays, { now })).toMatchObject({ flagged: false })
    expect(assessAccount(plays, { now }).households).toHaveLength(1)
  })

  it('still show a second household', () => {
    const plays = [...home, ...everyNth(60, 2).map((day) => friend(day))]
    const weekly = plays.map((p) => ({
      ...p,
      device: `${p.device} ${Math.floor((p.startedAt - START) / (7 * DAY))}`,
    }))
    expect(isAccused(weekly)).toBe(true)
  })

  it('are told apart by player where all share one id', () => {
    const plays = home.map((p) => ({ ...p, device: 'constant' }))
    const devices = new Set(preparePlays(plays, now).map((p) => p.device))
    expect(devices.size).toBe(2)
  })
})

describe('music', () => {
  const atWork = (more: Partial<PlayRecord>): PlayRecord[] =>
    everyNth(60, 1).flatMap((day) =>
      everyNth(10, 1).map((i) =>
        friend(day, {
          startedAt: START + day * DAY - 4 * HOUR + i * 4 * MINUTE,
          lastSeenAt: START + day * DAY - 4 * HOUR + (i + 1) * 4 * MINUTE - 1000,
          endedAt: START + day * DAY - 4 * HOUR + (i + 1) * 4 * MINUTE - 1000,
          device: 'computer at work',
          platform: 'Windows',
          client: 'Plexamp',
          title: `Artist ${(day * 7 + i) % 30} - Track ${i}`,
          ...more,
        }),
      ),
    )

  it('at work, whatever the hours and days, is no home', () => {
    const assessment = assessAccount([...home, ...atWork({ isMusic: true })], { now })
    expect(assessment).toMatchObject({ flagged: false, households: [{ isMain: true }] })
  })

  it('beside what is watched in a second household changes nothing', () => {
    const second = everyNth(60, 2).map((day) => friend(day))
    expect(isAccused([...home, ...atWork({ isMusic: true }), ...second])).toBe(true)
  })
})

describe('nobody is accused on little', () => {
  it.each([1, 2])('of a place played at on %i days, whatever was watched there', (days) => {
    const there = everyNth(days, 1).flatMap((day) =>
      ['a', 'b', 'c', 'd'].map((device) => friend(20 + day, { device, playedMs: 4 * HOUR })),
    )
    expect(isAccused([...home, ...there])).toBe(false)
  })

  it('of places never come back to', () => {
    const trips = everyNth(60, 4).map((day, i) =>
      friend(day, {
        device: 'laptop',
        platform: 'Chrome',
        client: 'Plex Web',
        network: `198.18.${i}.7`,
      }),
    )
    expect(isAccused([...home, ...trips])).toBe(false)
  })
})

describe('rows of a monitor', () => {
  const item = { title: 'A film', device: 'set', minutes: 100 }

  it('that were split by a restart are one play', () => {
    const rows = [
      play({ with: { title: 'A film' }, device: 'set', minutes: 40 }),
      play({ at: 40 * MINUTE + 20_000, with: { title: 'A film' }, device: 'set', minutes: 60 }),
    ]
    const [one, ...rest] = preparePlays(rows, now)
    expect(rest).toEqual([])
    expect(one).toMatchObject({ id: rows[0]?.id, playedMs: 100 * MINUTE })
  })

  it('that never ended end with the next play of the same player', () => {
    const ghost = play({ with: { title: item.title }, device: 'set', minutes: 5 * 24 * 60 })
    const next = play({ at: 3 * HOUR, with: { title: 'Another' }, device: 'set', minutes: 30 })
    const [first] = preparePlays([ghost, next], now)
    expect(first?.endedAt).toBe(next.startedAt)
  })

  it('that all stop in one minute, days later, are not round the clock', () => {
    const stop = START + 4 * DAY
    const rows = ['a', 'b', 'c', 'd'].map((device, i) =>
      play({
        at: i * MINUTE,
        device,
        with: { lastSeenAt: stop, endedAt: stop, playedMs: stop - START - i * MINUTE },
      }),
    )
    expect(isAccused(rows)).toBe(false)
    expect(assessAccount(rows, { now }).findings.map((f) => f.kind)).not.toContain('restreaming')
  })
})

describe('rows closed by a restart of the monitor, days later', () => {
  const stop = START + 44 * DAY + 9 * HOUR
  const VPN = 'Hetzner Online GmbH'
  const told = (device: string, at: number): PlayRecord =>
    play({
      at,
      device,
      with: { lastSeenAt: stop, endedAt: stop, playedMs: stop - START - at, asnOrg: VPN },
    })
  const evenings = daily(everyNth(60, 1), { device: 'set', minutes: 90, with: { asnOrg: VPN } })

  it('are no restreamer on the line of a VPN, though the set played on the next evening', () => {
    const ghosts = [told('set', 40 * DAY), told('phone', 40 * DAY + 23 * HOUR)]
    const rows = [...evenings.filter((one) => one.startedAt !== START + 40 * DAY), ...ghosts]
    const { flagged, findings } = assessAccount(rows, { now })
    expect(findings.map(({ kind }) => kind)).not.toContain('restreaming')
    expect(flagged).toBe(false)
    const [set] = preparePlays(rows, now).filter((one) => one.startedAt === START + 40 * DAY)
    expect(set?.endedAt).toBe(START + 40 * DAY + 2 * HOUR)
  })

  /** Players of one model at an edge, which are one device. */
  const onEdge = (at: number, end = stop): PlayRecord => {
    const one = play({ at, device: 'box', with: { source: 'edge:one', agent: 'Box/1.0' } })
    return { ...one, lastSeenAt: end, endedAt: end, playedMs: end - one.startedAt }
  }
  const left = [40, 40.1, 40.2, 40.3].map((day) => onEdge(day * DAY))
  const isRestreamer = (plays: readonly PlayRecord[]): boolean =>
    assessAccount(plays, { now }).findings.some(({ kind }) => kind === 'restreaming')

  it('are no restreamer of several players of one model, of which one goes on', () => {
    const next = onEdge(stop - START + 5 * MINUTE, stop + HOUR)
    expect(isRestreamer([...left, next])).toBe(false)
  })

  it('are one where its streams go on', () => {
    const next = everyNth(4, 1).map((i) => onEdge(stop - START + i * MINUTE, stop + DAY))
    expect(isRestreamer([...left, ...next])).toBe(true)
  })
})

describe('items of minutes with seconds between', () => {
  const cut = (plays: readonly PlayRecord[]): PlayRecord[] =>
    plays.flatMap((p) =>
      everyNth(9, 1).map((i) => ({
        ...p,
        id: `${p.id}.${i}`,
        title: `item ${i}`,
        startedAt: p.startedAt + i * 10 * MINUTE,
        lastSeenAt: p.startedAt + i * 10 * MINUTE + 590_000,
        endedAt: p.startedAt + i * 10 * MINUTE + 590_000,
        playedMs: 590_000,
      })),
    )

  it('accuse as the same hours in one piece do', () => {
    const plays = [...home, ...everyNth(60, 2).map((day) => friend(day))]
    const [whole, pieces] = [plays, cut(plays)].map((p) => assessAccount(p, { now }))
    expect([whole?.flagged, pieces?.flagged]).toEqual([true, true])
  })
})

describe('phones of one carrier far apart', () => {
  const carrier = { asn: 64500, asnOrg: 'Mobile One' }
  const apart = (device: 'phone' | 'television', more: Partial<PlayRecord>): PlayRecord[] => [
    play({ device: `${device} a`, player: device, with: more }),
    play({
      at: 10 * MINUTE,
      place: 'bordeaux',
      network: '198.51.100.9',
      device: `${device} b`,
      player: device,
      with: more,
    }),
  ]
  const kindsOf = (plays: readonly PlayRecord[]): string[] =>
    assessAccount(plays, { now }).findings.map((f) => f.kind)

  it('are one person at two hubs of it, no two places', () => {
    expect(kindsOf(apart('phone', carrier))).not.toContain('simultaneous_places')
    expect(kindsOf(apart('phone', {}))).toContain('simultaneous_places')
  })

  it('but two televisions are in two places', () => {
    expect(kindsOf(apart('television', carrier))).toContain('simultaneous_places')
  })

  it('unless their addresses are neighbours in one /16 of the carrier', () => {
    const [first, second] = apart('television', carrier)
    if (!first || !second) throw new Error('two plays are missing')
    const near = { ...second, network: '192.0.77.9', address: '192.0.77.9' }
    expect(kindsOf([first, near])).not.toContain('simultaneous_places')
    expect(kindsOf([first, { ...near, country: null }])).not.toContain('simultaneous_places')
    expect(kindsOf([first, { ...near, country: 'IT' }])).toContain('simultaneous_places')
    expect(kindsOf([first, { ...near, asn: 64501 }])).toContain('simultaneous_places')
  })
})
