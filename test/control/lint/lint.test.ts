import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { createIsSet, formatFinding, lint } from '../../../control/lint/lint.ts'

const findings = (yaml: string) => {
  const { config, lineOf } = parseConfig(yaml, 'gatehouse.yaml')
  return lint(config, { lineOf, isSet: createIsSet(yaml) })
}

/** `line severity check` of each finding. */
const told = (yaml: string) =>
  findings(yaml).map(({ line, severity, check }) => `${line} ${severity} ${check}`)

const backend = (body: string) => `auth: m
auth_backends:
  - name: m
${body}`

describe('shadowed rules', () => {
  it.each([
    [
      'a denied token that is allowed',
      `    allow:
      token: [a, b]
    deny:
      token: [b]`,
      ['7 warning shadowed'],
    ],
    [
      'a denied address within an allowed network',
      `    allow:
      ip: [10.0.0.0/8, '::/0']
    deny:
      ip: [10.1.2.3, 192.0.2.1, '2001:db8::1']`,
      ['7 warning shadowed', '7 warning shadowed'],
    ],
    [
      'a range all within allowed networks, and one only half',
      `    allow:
      ip: [10.0.0.0/30, '::/0']
    deny:
      ip:
        - 10.0.0.1-10.0.0.3
        - 10.0.0.2-10.0.0.5
        - 2001:db8::/32`,
      ['8 warning shadowed', '10 warning shadowed'],
    ],
    [
      'a narrower rule after a wider one of the same list',
      `    allow_default: true
    deny:
      ip: [10.1.0.0/16, 10.0.0.0/8, '::1']`,
      ['6 note shadowed'],
    ],
    [
      'an address that stands in an allowed list and in a wider denied network',
      `    allow:
      ip: [10.1.1.1, '::1']
    deny:
      ip: [10.1.1.1, 10.0.0.0/8, '2001:db8::/32']`,
      ['7 warning shadowed'],
    ],
    [
      'a denied user agent that holds an allowed one',
      `    allow:
      ua: [MAG]
    deny:
      ua: [MAG250, VLC]`,
      ['7 warning shadowed'],
    ],
    [
      'a country in both lists, in another case',
      `    allow:
      country: [de]
    deny:
      country: [DE, FR]`,
      ['7 warning shadowed'],
    ],
    [
      'rules that are all reached',
      `    allow:
      ip: [10.1.0.0/16, '2001:db8::/32']
      ua: [MAG250]
    deny:
      ip: [10.0.0.0/8, '::/0']
      ua: [MAG]`,
      [],
    ],
  ])('case=%s', (_what, body, expected) => {
    expect(told(backend(body))).toEqual(expected)
  })
})

describe('auth backends', () => {
  it.each([
    [
      'an allowed token that beats a denied address',
      `    allow:
      token: [a]
    deny:
      ip: [192.0.2.1, '2001:db8::1']`,
      ['5 warning token-beats-deny'],
    ],
    [
      'an allowed country and user agent that skip the backends',
      `    allow:
      country: [DE]
      ua: [MAG]
    backends:
      - url: http://b.example.net/
        timeout_ms: 2000`,
      ['5 warning country-skips-auth', '6 warning ua-skips-auth'],
    ],
    [
      'short networks',
      `    allow:
      ip:
        - 172.16/24
        - 10.10/16
        - 11.1.2.3/8
        - ::/0`,
      ['6 warning short-network', '8 warning short-network'],
    ],
    [
      'IPv4 rules without an IPv6 twin',
      `    allow:
      ip: [192.0.2.0/24]
    deny:
      ip: [198.51.100.0/24]`,
      ['5 note no-ipv6-twin', '7 warning no-ipv6-twin'],
    ],
    [
      'backends without a time-out, or with too long a one',
      `    backends:
      - url: http://a.example.net/
      - url: http://b.example.net/
        timeout_ms: 60000
      - url: http://c.example.net/
        timeout_ms: 1000`,
      ['5 note backend-timeout', '6 warning backend-timeout'],
    ],
    [
      'a door that stands open while the backend is away',
      `    allow_default: true
    backends: [{ url: 'http://a.example.net/', timeout_ms: 1000 }]`,
      ['4 note outage-admits'],
    ],
    ['one that refuses everyone', '    deny: { token: [a] }', ['3 warning backend-refuses-all']],
  ])('case=%s', (_what, body, expected) => {
    expect(told(backend(body))).toEqual(expected)
  })

  it('tells of one that nobody asks', () => {
    expect(told('auth_backends:\n  - name: m\n    allow_default: true')).toEqual([
      '2 warning backend-unused',
    ])
  })
})

describe('rules nobody can read', () => {
  const yaml = backend(`    allow:
      token: [s3cret]
    deny:
      ip: [10.0.0.1, 10.0.0.300]
      country: [GBR]`)

  it('stop the configuration, each with its line', () => {
    expect(() => parseConfig(yaml, 'g.yaml')).toThrow(
      'g.yaml:7: auth_backends[0].deny.ip[1]: `10.0.0.300`: not an address, a CIDR such as 10.0.0.0/8, or a range\n' +
        'g.yaml:8: auth_backends[0].deny.country[0]: `GBR` is no ISO 3166-1 code of two letters',
    )
  })

  it('are errors where a draft is linted that was never loaded', () => {
    const { config } = parseConfig(yaml.replace('10.0.0.300', '10.0.0.3').replace('GBR', 'GB'), 'g')
    const [first] = config.auth_backends
    if (first === undefined) throw new Error('no auth backend')
    const deny = { ...first.deny, ip: ['10.0.0.300'], country: ['GBR'] }
    const draft = { ...config, auth_backends: [{ ...first, deny }] }
    const errors = lint(draft, { lineOf: () => 1 }).filter(({ severity }) => severity === 'error')
    expect(errors.map(({ check }) => check)).toEqual(['rule-unreadable', 'rule-unreadable'])
  })
})

describe('groups', () => {
  it.each([
    [
      'networks in two groups, and within another',
      `groups:
  - name: a
    networks: [192.0.2.0/24, '2001:db8::/32']
  - name: b
    networks:
      - 192.0.2.0/24
      - 2001:db8:1::/48`,
      ['6 warning groups-overlap', '7 note groups-overlap'],
    ],
    [
      'private networks among public viewers',
      `groups:
  - name: a
    networks: [10.0.0.0/8]
  - name: b
    default: true
    networks:
      - 192.168.0.0/16`,
      ['7 note private-in-public'],
    ],
    [
      'public IPv4 networks alone, and a short one',
      `groups:
  - name: a
    networks:
      - 192.0/24`,
      ['4 warning short-network', '4 note no-ipv6-twin'],
    ],
  ])('case=%s', (_what, yaml, expected) => {
    expect(told(yaml)).toEqual(expected)
  })

  it('takes thousands of networks in moments', () => {
    const list = (from: number) =>
      Array.from({ length: 5_000 }, (_, i) => `10.${from + (i >> 8)}.${i & 255}.0/24`).join(', ')
    const yaml = `groups:\n  - name: a\n    networks: [${list(0)}]\n  - name: b\n    networks: [${list(40)}]`
    expect(told(yaml)).toEqual([])
  })
})

describe('hosts', () => {
  it.each([
    ['cdn.example.net', []],
    ['*.example.net', []],
    ['*', []],
    ['10.0.0.9', []],
    ['[2001:db8::1]', []],
    ['http://cdn.example.net', ['`cdn.example.net`']],
    ['cdn.example.net:8080', ['`cdn.example.net`']],
    ['https://*.example.net/live/', ['`*.example.net`']],
    ['cdn*.example.net', ['`*` for any']],
    ['.example.net', ['`*` for any']],
    ['a b', ['`*` for any']],
  ])('that an origin may redirect to: %s', (host, expected) => {
    const yaml = `origins:\n- name: a\n  url: http://o\n  redirects:\n  - '${host}'\n`
    const found = findings(yaml).map(({ line, check, suggestion }) => [line, check, suggestion])
    expect(found).toEqual(
      expected.map((text) => [5, 'redirect-nowhere', expect.stringContaining(text)]),
    )
  })

  it('whose word everybody could have', () => {
    const yaml = `edge:\n  trusted_proxies: [10.0.0.0/8, 0.0.0.0/0]\nadmin:\n  trusted_proxies: ['::/0']\n`
    expect(told(yaml)).toEqual(['2 error everybody-trusted', '4 error everybody-trusted'])
  })
})

it('a surge profile that narrows nothing is told', () => {
  const yaml = `groups: [{ name: a, default: true }]
surge:
- { name: b, group: a }
- { name: c, group: a, channels: { ids: [one] } }
`
  expect(told(yaml)).toEqual(['3 warning surge-of-all'])
})

describe('a finding', () => {
  it('has its line, its words and a way to write it right, and no token', () => {
    const yaml = backend('    allow:\n      token: [s3cret]\n    deny:\n      token: [s3cret]')
    const [finding] = findings(yaml)
    if (finding === undefined) throw new Error('nothing was found')
    const text = formatFinding('g.yaml', finding)
    expect(text).toMatch(/^g\.yaml:7: warning: .+ \(shadowed\); .+/)
    expect(text).not.toContain('s3cret')
  })

  it.each(['', 'groups: []', 'auth_backends: []'])('is none in %j', (yaml) => {
    expect(findings(yaml)).toEqual([])
  })
})
