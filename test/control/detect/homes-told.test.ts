import { describe, expect, it } from 'vitest'
import { canonicalHome } from '#domain/networks/home-network'
import { isPerson } from '#domain/viewer/person'
import { homeProblems, readNetworks } from '../../../control/detect/home-networks.ts'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { readReportOptions, UsageError } from '../../../control/report/options.ts'
import { DAY, daily, everyNth, HOUR, play, START } from './play-builder.ts'

const now = START + 60 * DAY

/** Two homes that play every other day, each with a set of its own. */
const shared = [
  ...daily(everyNth(60, 1), { minutes: 90 }),
  ...daily(everyNth(60, 2), {
    minutes: 90,
    at: HOUR / 2,
    place: 'bordeaux',
    network: '198.51.100.9',
  }),
]

describe('what is home', () => {
  it('is not held against anybody, said by network or for one person', () => {
    expect(assessAccount(shared, { now }).flagged).toBe(true)
    const homes = ['198.51.100.0/24']
    expect(assessAccount(shared, { now, homeNetworks: homes }).flagged).toBe(false)
    expect(assessAccount(shared, { now, feedback: { homes } }).flagged).toBe(false)
    expect(assessAccount(shared, { now, feedback: { homes: ['203.0.113.0/24'] } }).flagged).toBe(
      true,
    )
  })

  it('is learned from a source that says a public address is on the LAN', () => {
    const plays = [
      play({ at: 0, network: '198.51.100.9', with: { isLan: true } }),
      play({ at: DAY, network: '198.51.100.9' }),
      play({ at: 2 * DAY, network: '198.51.100.8' }),
    ]
    expect(preparePlays(plays, now).map((p) => p.isLan)).toEqual([true, true, false])
  })

  it('is named where it is none', () => {
    expect(readNetworks(['10.0.0.0/8', '192.0.2.1-192.0.2.9', 'home']).problems).toEqual([
      expect.stringContaining("'home'"),
    ])
  })
})

describe('a home that is told', () => {
  it('has one spelling', () => {
    const spellings = [
      ['2001:DB8::/32', '2001:db8:0::/32', '2001:db8::1/32', ' 2001:0DB8:0:0::/32 '],
      ['203.0.113.0/24', '203.0.113.77/24', '203.0.113/24', '203.0.113.0-203.0.113.255'],
      ['203.0.113.9', '203.0.113.9/32', '::ffff:203.0.113.9', '203.0.113.9 - 203.0.113.9'],
      ['2001:db8::9', '2001:DB8:0:0:0:0:0:9', '2001:db8::9/128'],
      ['192.0.2.1-192.0.2.9', '192.0.2.1 - 192.0.2.9'],
      ['2001:db8::1-2001:db8::ff', '2001:DB8:0::1 -2001:db8::00ff'],
    ]
    expect(spellings.map((of) => new Set(of.map(canonicalHome)).size)).toEqual(
      spellings.map(() => 1),
    )
    expect(canonicalHome('2001:DB8:0::/32')).toBe('2001:db8::/32')
    expect(canonicalHome('::ffff:203.0.113.9/128')).toBe('203.0.113.9')
    expect(canonicalHome(' 192.0.2.1 - 192.0.2.9 ')).toBe('192.0.2.1-192.0.2.9')
    expect(canonicalHome(' 10.0/99 ')).toBe('10.0/99')
  })

  it('is no wider than what a provider holds, the LAN aside', () => {
    const wide = [
      '0.0.0.0/0',
      '128/1',
      '10.0.0.0/7',
      '0.0.0.0-255.255.255.255',
      '1.0.0.0-200.0.0.0',
      '::/0',
      '2000::/3',
      '::ffff:0:0/96',
      'f800::/6',
      '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ]
    for (const text of wide)
      expect(homeProblems([text]), text).toEqual([
        expect.stringMatching(/too wide for a home.*feedback add ACCOUNT account$/),
      ])
    const good = ['81.0.0.0/8', '2a01::/16', '10.0.0.0/8', 'fc00::/7', 'fe80::/10', '192.0.2.9']
    expect(homeProblems(good)).toEqual([])
  })
})

describe('the options of a report', () => {
  it('name networks and a zone, and say what is misspelt', () => {
    const good = readReportOptions(
      { tz: 'Europe/Lisbon', home: ['192.0.2.0/24', '::1,10.0.0.1'] },
      {},
    )
    expect(good).toMatchObject({
      zone: 'Europe/Lisbon',
      homes: ['192.0.2.0/24', '::1', '10.0.0.1'],
    })
    const bad = () => readReportOptions({ tz: 'Europe/Lisabon', home: ['nowhere'] }, {})
    expect(bad).toThrow(UsageError)
    expect(bad).toThrow(/there is no time zone 'Europe\/Lisabon'[\s\S]*--home: 'nowhere'/)
    expect(() => readReportOptions({ home: ['192.0.2.9,::/0'] }, {})).toThrow(
      /--home: '::\/0' is too wide for a home/,
    )
  })
})

describe('a pseudo user', () => {
  it('is nobody', () => {
    const nobody = [
      'backend:tautulli:0',
      'server:den:0',
      'backend:tautulli:Local',
      'server:jelly:00000000-0000-0000-0000-000000000000',
      'server:jelly:00000000000000000000000000000000',
      'server:emby:',
      'server:den:SYSTEM',
      'server:den: ',
      'Local',
      ' ',
      '0',
      'net:192.0.2.1',
    ]
    for (const account of nobody) expect(isPerson(account), account).toBe(false)
    const persons = [
      'own:0',
      'own:Local',
      'own:system',
      'server:den:10',
      'server:den:Locals',
      'ann',
    ]
    expect(persons.map(isPerson)).toEqual(persons.map(() => true))
  })
})
