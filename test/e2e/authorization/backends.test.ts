import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import {
  answering,
  BEHAVIOURS,
  knock,
  type Middleware,
  playOn,
  startAuthService,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'

const FAR = 'http://far.example.net/there.m3u8'
const DEAD = ['broken', 'silent', 'dropped', 'garbage', 'oversize', 'tls', 'nobody']
/** `[backends, allow_default, what becomes of a new viewer]`. */
const TABLE: readonly (readonly [readonly string[], boolean, string])[] = [
  [['allow'], false, 'in'],
  [['late', 'deny'], false, 'in'],
  [['deny', 'late'], true, 'in'],
  [['allow', 'redirect'], false, 'in'],
  [['redirect', 'late'], false, 'in'],
  [['redirect', 'deny'], false, FAR],
  [['silent', 'redirect'], false, FAR],
  [['allow', 'silent', 'broken'], false, 'in'],
  [['deny'], true, 'backend.deny'],
  [['unauthorized'], true, 'backend.deny'],
  [['missing'], true, 'backend.deny'],
  [['deny', 'silent'], true, 'backend.deny'],
  [['broken', 'deny', 'garbage'], true, 'backend.deny'],
  ...DEAD.flatMap((name): [string[], boolean, string][] => [
    [[name], false, 'backend.down'],
    [[name], true, 'in'],
    [[name, 'deny'], true, 'backend.deny'],
    [[name, 'allow'], false, 'in'],
  ]),
  [['badUser'], false, 'in'],
  [['badUser', 'deny'], true, 'in'],
  [['silent', 'broken', 'tls'], true, 'in'],
  [['slow'], false, 'in'],
  [['slowDeny'], false, 'backend.deny'],
  [['slowSilence'], false, 'backend.down'],
  [[], true, 'in'],
  [[], false, 'rule.no_match'],
]
/** What a backend that let a session in does at its updates, and whether the session goes on. */
const RUNNING: readonly (readonly [string, boolean])[] = [
  ['allow', true],
  ['redirect', true],
  ['broken', true],
  ['silent', true],
  ['dropped', true],
  ['garbage', true],
  ['oversize', true],
  ['deny', false],
  ['missing', false],
]

const RULES = {
  deny: {
    token: ['refused', 'both'],
    ip: ['172.16.9/24', '10.10.7.7', '2001:db8:5:bad::/64', '10.20.0.0-10.20.0.9'],
    country: ['US', 'DE'],
    ua: ['Bad', 'Box'],
  },
  allow: {
    token: ['good', 'both', 'ü-token'],
    ip: ['172.16/12', '10.10/16', '203.0.113.10-203.0.113.20', '2001:db8:5::/48', '10.20.0.5'],
    country: ['DE', 'FR'],
    ua: ['Box', 'TVIP'],
  },
}

let middleware: Middleware
let service: TestService

const backendOf = (name: string) => {
  if (name.startsWith('slow')) return { url: middleware.at(name) }
  const timeout_ms = name === 'silent' ? 2000 : 10_000 // A busy machine is late with the others.
  if (name === 'tls') return { url: middleware.tlsAt('allow'), timeout_ms }
  if (name === 'nobody') return { url: 'http://127.0.0.1:9/auth', timeout_ms }
  return { url: middleware.at(name), timeout_ms }
}

const TABLE_BACKENDS = TABLE.map(([names, allow_default], n) => ({
  name: `table-${n}`,
  names,
  allow_default,
}))
const RUNNING_BACKENDS = RUNNING.flatMap(([name]) =>
  [true, false].map((allow_default) => ({
    name: `run-${name}-${allow_default}`,
    names: [`run-${name}`],
    allow_default,
  })),
)
const OWN = ['local', 'kept'].map((name) => ({
  name,
  names: [name],
  allow_default: false,
  ...(name === 'local' ? { allow: { ip: ['192.168.1/24', '2001:db8:1::5'] } } : {}),
}))
const CHOICES = ['per-channel', 'per-group', 'global']

const configuration = () => {
  const asking = [...TABLE_BACKENDS, ...RUNNING_BACKENDS, ...OWN]
  const byChannel = [...asking, { name: 'rules' }, { name: 'per-channel' }]
  return {
    auth: 'global',
    groups: [
      { name: 'flats', networks: ['192.168.0.0/16'], auth: 'per-group' },
      { name: 'everyone', default: true },
    ],
    channels: byChannel.map(({ name }) => ({ match: `^${name}$`, auth: name })),
    auth_backends: [
      ...asking.map(({ names, ...rest }) => ({ ...rest, backends: names.map(backendOf) })),
      { name: 'rules', ...RULES },
      ...CHOICES.map((name) => ({ name, allow: { token: [name] } })),
    ],
  }
}

beforeAll(async () => {
  const named = [...TABLE_BACKENDS, ...RUNNING_BACKENDS, ...OWN].map(({ name }) => name)
  middleware = await startMiddleware([...named, 'rules', 'per-channel', 'any'])
  for (const [name] of RUNNING)
    middleware.on(`run-${name}`, (query, response) => {
      const isNew = query.get('request_type') === 'new_session'
      const first = answering(200, { 'X-AuthDuration': '1' })
      const behave = isNew ? first : BEHAVIOURS[name]
      behave?.(query, response)
    })
  service = await startAuthService(middleware, configuration())
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
})

const opens = async (channel: string, who: Parameters<typeof knock>[2]) =>
  wordOf(await knock(service.edge, channel, who))

describe('rules', () => {
  /** A rule list of its own kind, tried by hand; what the specification says, once more. */
  const expected = (token: string | undefined, ip: IpRow, agent: string): string => {
    const { allow, deny } = RULES
    if (token !== undefined && allow.token.includes(token)) return 'in'
    if (token !== undefined && deny.token.includes(token)) return 'rule.deny_token'
    if (ip.listed === 'allow') return 'in'
    if (ip.listed === 'deny') return 'rule.deny_ip'
    if (allow.country.includes(ip.country)) return 'in'
    if (deny.country.includes(ip.country)) return 'rule.deny_country'
    if (allow.ua.some((part) => agent.includes(part))) return 'in'
    if (deny.ua.some((part) => agent.includes(part))) return 'rule.deny_ua'
    return 'rule.no_match'
  }
  interface IpRow {
    readonly address: string
    readonly listed: 'allow' | 'deny' | null
    readonly country: string
  }
  const IPS: readonly IpRow[] = [
    // 172.16/12 is 172.16.0.0/12; an allowed range is tried before the narrower refused one.
    { address: '172.16.0.1', listed: 'allow', country: '' },
    { address: '172.31.255.255', listed: 'allow', country: '' },
    { address: '172.16.9.9', listed: 'allow', country: '' },
    { address: '172.32.0.1', listed: null, country: '?' },
    { address: '10.10.255.1', listed: 'allow', country: '' },
    { address: '10.10.7.7', listed: 'allow', country: '' },
    { address: '10.11.0.1', listed: null, country: '' },
    { address: '203.0.113.10', listed: 'allow', country: '' },
    { address: '203.0.113.20', listed: 'allow', country: '' },
    { address: '203.0.113.9', listed: null, country: '' },
    { address: '203.0.113.21', listed: null, country: '' },
    { address: '10.20.0.0', listed: 'deny', country: '' },
    { address: '10.20.0.9', listed: 'deny', country: '' },
    { address: '10.20.0.5', listed: 'allow', country: '' },
    { address: '10.20.0.10', listed: null, country: '' },
    { address: '2001:db8:5:bad::7', listed: 'allow', country: '' },
    { address: '2001:db8:6::1', listed: null, country: '' },
    { address: '::ffff:10.20.0.3', listed: 'deny', country: '' },
    { address: '141.1.1.1', listed: null, country: 'DE' },
    { address: '194.2.0.20', listed: null, country: 'FR' },
    { address: '8.8.8.8', listed: null, country: 'US' },
  ]
  const TOKENS = [undefined, 'good', 'refused', 'both', 'ü-token', 'Good', 'nobody']
  const AGENTS = ['TVIP S-Box v.501', 'x BadPlayer', 'Box Bad', 'box', '']

  test('are tried by kind, not by place in the file, whatever is combined', async () => {
    const countries = new Map<string, string>()
    for (const { address } of IPS) {
      const told = await service.api(`/api/v1/explain?ip=${address}&channel=rules`)
      countries.set(address, ((await told.json()) as { country: string | null }).country ?? '')
    }
    expect(['141.1.1.1', '194.2.0.20', '8.8.8.8'].map((it) => countries.get(it))).toEqual([
      'DE',
      'FR',
      'US',
    ])
    const wrong: string[] = []
    for (const token of TOKENS)
      for (const agent of AGENTS)
        await Promise.all(
          IPS.map(async (ip) => {
            const country = ip.country === '?' ? (countries.get(ip.address) ?? '') : ip.country
            const want = expected(token, { ...ip, country }, agent)
            const who = { address: ip.address, agent, ...(token === undefined ? {} : { token }) }
            let got = await opens('rules', who)
            for (let n = 0; got.startsWith('429') && n < 20; n++) {
              await pause(200)
              got = await opens('rules', who)
            }
            if (got !== want) wrong.push(`${ip.address} ${token} ${agent}: ${got}, not ${want}`)
          }),
        )
    expect(wrong).toEqual([])
  }, 120_000)

  test('are chosen by channel, else by group, else globally', async () => {
    const flat = { address: '192.168.7.1' }
    const stranger = { address: '198.51.100.30' }
    const tried = async (channel: string, who: typeof flat) =>
      Promise.all(CHOICES.map(async (token) => await opens(channel, { ...who, token })))
    const no = 'rule.no_match'
    expect(await tried('per-channel', flat)).toEqual(['in', no, no])
    expect(await tried('per-channel', stranger)).toEqual(['in', no, no])
    expect(await tried('any', flat)).toEqual([no, 'in', no])
    expect(await tried('any', stranger)).toEqual([no, no, 'in'])
  })

  test('let a local network in without any token; others are told by the backend', async () => {
    middleware.on('local', answering(403))
    expect(await opens('local', { address: '192.168.1.77' })).toBe('in')
    expect(middleware.asked('local')).toHaveLength(0)
    expect(await opens('local', { address: '192.168.2.77' })).toBe('backend.deny')
    expect(middleware.asked('local')).toHaveLength(1)
    expect(middleware.asked('local')[0]?.query.get('token')).toBeNull()
  })

  test('a refused neighbour in the same /64 costs an allowed address nothing', async () => {
    expect(await opens('local', { address: '2001:db8:1::6' })).toBe('backend.deny')
    expect(await opens('local', { address: '2001:db8:1::5' })).toBe('in')
  })
})

describe('backends in parallel', () => {
  test.concurrent.each(TABLE.map((row, n) => [n, ...row] as const))(
    'row %i: %j with allow_default %s: %s',
    async (n, names, _allow, wanted) => {
      const started = Date.now()
      const address = `10.50.${n}.1`
      expect(await opens(`table-${n}`, { address, token: `t${n}` })).toBe(wanted)
      if (names.includes('allow')) expect(Date.now() - started).toBeLessThan(5_000)
    },
  )

  test('running sessions: kept through outages, ended by a refusal', async () => {
    const sessions = await Promise.all(
      RUNNING_BACKENDS.map(async ({ name }, n) => {
        const who = { address: `10.51.${n}.1`, token: 'once' }
        return { name, ...playOn(service.edge, await knock(service.edge, name, who), who) }
      }),
    )
    const updates = (backend: string) =>
      middleware
        .asked(backend)
        .filter(({ query }) => query.get('request_type') === 'update_session').length
    const poll = async () => {
      await pause(250)
      return await Promise.all(
        sessions.map(async ({ name, list }) => `${name}: ${(await list()).status}`),
      )
    }
    // Each backend stands behind two channels: one update of both, and the one that is down is asked again.
    const isUpdated = async () => {
      await poll()
      return RUNNING.every(([name]) => updates(`run-${name}`) >= (name === 'broken' ? 3 : 2))
    }
    await until('the updates', isUpdated, 60_000)
    const wanted = RUNNING.flatMap(([name, isKept]) =>
      [true, false].map((it) => `run-${name}-${it}: ${isKept ? 200 : 403}`),
    )
    const isEnded = async () =>
      (await poll()).filter((it) => it.endsWith('403')).length ===
      2 * RUNNING.filter(([, isKept]) => !isKept).length
    await until('the ends', isEnded)
    expect(await poll()).toEqual(wanted)
  }, 120_000)

  test('connections are kept', async () => {
    middleware.on('kept', answering(200))
    const before = middleware.connections()
    for (let n = 1; n <= 12; n++)
      expect(await opens('kept', { address: `10.52.0.${n}`, token: `k${n}` })).toBe('in')
    const own = middleware.asked('kept').map((it) => it.connection)
    expect([own.length, new Set(own.filter((it) => it > before)).size < 6]).toEqual([12, true])
  })
})
