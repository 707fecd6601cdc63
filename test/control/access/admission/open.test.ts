import { describe, expect, it } from 'vitest'
import { open } from '../../../../control/access/admission/open.ts'
import type { Decision } from '../../../../control/access/authorize/decision.ts'
import { account, createWorld, NOW, opening } from './opening-parts.ts'

const decision = (fields: Partial<Decision>): Decision => ({
  verdict: 'allow',
  reason: 'backend.allow',
  rule: null,
  backend: 'http://b/auth',
  account: null,
  maxSessions: null,
  unique: false,
  authDurationSec: 180,
  denySec: 30,
  location: null,
  trace: [],
  ...fields,
})

const reasonOf = async (...world: Parameters<typeof createWorld>) => {
  const made = await createWorld(...world)
  return async (fields: Parameters<typeof opening>[0]): Promise<string> => {
    const answer = await open(opening(fields), made.ports)
    return answer.outcome === 'refused' ? answer.reason : answer.outcome
  }
}

describe('an opening by ticket', () => {
  it('is sent to a pass of its channel and counted on its network', async () => {
    const { ports, claims, ticket, events } = await createWorld()
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    const answer = await open(opening({ credential, channel: 'film', args: 'utc=1' }), ports)
    expect(answer.outcome === 'admitted' && answer.location).toMatch(
      /^\/s\/[\w-]{74,}\/film\/index\.m3u8\?utc=1$/,
    )
    expect(claims[0]).toMatchObject({ account: 'net:192.168.1.5', idleMs: 120_000 })
    expect(claims[0]?.limits.maxStreams).toBe(2)
    expect(events).toEqual(['download', 'opened ok'])
  })

  it.each([
    ['index.m3u8', 30_000],
    ['archive-1700000000-60.m3u8', 120_000],
  ])('of a live channel at %s is over after %i ms of silence', async (rest, idleMs) => {
    const { ports, claims, ticket } = await createWorld()
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    await open(opening({ credential, channel: 'news', rest }), ports)
    expect(claims[0]?.idleMs).toBe(idleMs)
  })

  it.each([
    ['dash', 'manifest.mpd', 'dash'],
    ['hls', 'index.m3u8', 'hls'],
    ['mpegts', 'play', 'mpegts'],
    // Nobody says: what the list makes likely.
    [null, 'play', 'mpegts'],
  ] as const)(
    'asks the origin where the list does not say the protocol: %s',
    async (said, file, protocol) => {
      const { ports, signer, ticket } = await createWorld({ askAt: 'http://o/play' })
      const asked: string[] = []
      const askProtocol = async (url: string) => {
        asked.push(url)
        return await Promise.resolve(said)
      }
      const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
      const wish = opening({ credential, rest: 'stream.ts' })
      const answer = await open(wish, { ...ports, askProtocol })
      const location = answer.outcome === 'admitted' ? (answer.location ?? '') : ''
      const [, , pass = '', , rest] = location.split('/')
      expect([asked, rest]).toEqual([['http://o/play'], file])
      expect(signer.readPass(pass, 'news', NOW)).toMatchObject({ claims: { protocol } })
    },
  )

  it('asks no origin for what is refused', async () => {
    const { ports, ticket } = await createWorld({ askAt: 'http://o/play', surged: ['news'] })
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    const askProtocol = () => Promise.reject(new Error('asked'))
    const answer = await open(opening({ credential }), { ...ports, askProtocol })
    expect(answer).toMatchObject({ outcome: 'refused', reason: 'channel.surge' })
  })

  it('gives the same pass to an opening asked again', async () => {
    const { ports, ticket } = await createWorld()
    const asked = opening({ credential: { kind: 'ticket', ticket: ticket('home', 'network') } })
    expect(await open(asked, ports)).toEqual(await open({ ...asked, now: NOW + 900 }, ports))
  })

  it('follows a viewer without an account to his own network', async () => {
    const { ports, claims, ticket } = await createWorld()
    const credential = { kind: 'ticket', ticket: ticket('world', 'default') } as const
    await open(opening({ credential, address: '203.0.113.9' }), ports)
    expect(claims[0]?.account).toBe('net:203.0.113.9')
  })

  it.each([
    ['won by network, opened abroad', 'network', '203.0.113.9', 'group.moved'],
    ['won by network, opened at home', 'network', '192.168.7.7', 'admitted'],
    ['won by account, opened abroad', 'account', '203.0.113.9', 'admitted'],
  ] as const)('%s: %s from %s is %s', async (_case, wonBy, address, expected) => {
    const { ports, ticket } = await createWorld()
    const credential = { kind: 'ticket', ticket: ticket('home', wonBy) } as const
    const answer = await open(opening({ credential, address }), ports)
    expect(answer.outcome === 'refused' ? answer.reason : answer.outcome).toBe(expected)
  })

  it('lets a sticky group travel', async () => {
    const yaml =
      'edge: { group_binding: sticky }\ngroups: [{ name: home }, { name: world, default: true }]'
    const { ports, ticket } = await createWorld({ yaml })
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    expect((await open(opening({ credential, address: '203.0.113.9' }), ports)).outcome).toBe(
      'admitted',
    )
  })

  it.each([
    [
      'changed',
      (t: string) => `${t.slice(0, 10)}${t[10] === 'A' ? 'B' : 'A'}${t.slice(11)}`,
      'signature',
    ],
    ['cut', (t: string) => t.slice(0, 47), 'malformed'],
    ['junk', () => '%%%', 'malformed'],
  ])('%s is refused', async (_case, change, why) => {
    const { ports, ticket, claims } = await createWorld()
    const credential = { kind: 'ticket', ticket: change(ticket('home', 'network')) } as const
    expect(await open(opening({ credential }), ports)).toMatchObject({
      outcome: 'refused',
      reason: `ticket.${why}`,
    })
    expect(claims).toEqual([])
  })

  it('of a disabled account is refused, of one the database cannot tell of is not', async () => {
    const { ports, ticket } = await createWorld({ accounts: [account({ enabled: false })] })
    const credential = { kind: 'ticket', ticket: ticket('home', 'network', 'own:a1') } as const
    expect(await open(opening({ credential }), ports)).toMatchObject({ reason: 'account.disabled' })
    const away = { ...ports, accountById: async () => await Promise.reject(new Error('away')) }
    expect((await open(opening({ credential }), away)).outcome).toBe('admitted')
  })
})

describe('an opening', () => {
  it.each([
    [{ channel: 'nothing' }, 'channel.unknown'],
    [{ channel: 'film', address: '203.0.113.9' }, 'channel.not_in_group'],
    [{ address: 'nowhere' }, 'request.malformed'],
    [{}, 'token.missing'],
    [{ credential: { kind: 'token', token: 'foreign' } }, 'token.unknown'],
    [{ credential: { kind: 'xtream', username: 'u', password: 'p' } }, 'token.unknown'],
  ] as const)('%j is refused: %s', async (fields, reason) => {
    expect(await (await reasonOf())(fields)).toBe(reason)
  })

  it('leaves channels out under surge', async () => {
    const ask = await reasonOf({ surged: ['news'] })
    expect(await ask({})).toBe('channel.surge')
  })

  it("by an own token takes the account's cap before the group's", async () => {
    const one = account({ maxSessions: 7 })
    const { ports, claims } = await createWorld({ accounts: [one], tokens: { secret: 'a1' } })
    await open(opening({ credential: { kind: 'token', token: 'secret' } }), ports)
    expect(claims[0]).toMatchObject({ account: 'own:a1', info: { accountName: 'flat 12' } })
    expect(claims[0]?.limits.maxStreams).toBe(7)
    expect(JSON.stringify(claims)).not.toContain('secret')
  })

  it('refused for lack of room tells why, and is not remembered for long', async () => {
    const denyUntil = NOW + 3_600_000
    const { ports, ticket } = await createWorld({
      admission: { outcome: 'refused', reason: 'cap.streams', denyUntil },
    })
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    expect(await open(opening({ credential }), ports)).toEqual({
      outcome: 'refused',
      reason: 'cap.streams',
      denyUntil: NOW + 10_000,
      group: 'home',
    })
  })

  it('by a banned viewer names the ban', async () => {
    const until = NOW + 60_000
    const ban = { kind: 'network', subject: 'x', until, reason: 'ban.network', by: 'a' } as const
    const { ports, ticket, claims } = await createWorld({ ban })
    const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
    expect(await open(opening({ credential }), ports)).toMatchObject({ reason: 'ban.network' })
    expect(claims).toEqual([])
  })
})

describe('an opening a backend decides', () => {
  it("counts on the user the backend names, by the backend's cap", async () => {
    const { ports, claims } = await createWorld({
      decision: decision({ account: 'backend:main:77', maxSessions: 3, authDurationSec: 3600 }),
    })
    await open(opening({ credential: { kind: 'token', token: 'theirs' } }), ports)
    expect(claims[0]).toMatchObject({ account: 'backend:main:77' })
    expect(claims[0]?.limits).toMatchObject({ maxStreams: 3, banMs: 3_600_000 })
  })

  it('needs no token', async () => {
    expect(await (await reasonOf({ decision: decision({}) }))({})).toBe('admitted')
  })

  it.each([
    [decision({ verdict: 'deny', reason: 'backend.deny' }), 'backend.deny'],
    [decision({ verdict: 'redirect', location: 'http://cdn/x' }), 'redirected'],
  ])('ends as the backend says: case %#', async (answer, expected) => {
    expect(await (await reasonOf({ decision: answer }))({})).toBe(expected)
  })
})

describe('a refusal is recorded', () => {
  const ticketOf = async (world: Parameters<typeof createWorld>[0], ref?: string) => {
    const made = await createWorld(world)
    const text =
      ref === undefined ? made.ticket('home', 'network') : made.ticket('home', 'network', ref)
    return { ...made, credential: { kind: 'ticket', ticket: text } as const }
  }

  it.each([
    ['of another network', { address: '203.0.113.9' }, {}, 'group.moved'],
    ['of a channel left out', {}, { surged: ['news'] }, 'channel.surge'],
    [
      'by a rule or backend',
      {},
      { decision: decision({ verdict: 'deny', reason: 'rule.deny_ip' }) },
      'rule.deny_ip',
    ],
  ] as const)('of a viewer with a ticket: %s', async (_case, fields, world, reason) => {
    const { ports, credential, events } = await ticketOf(world)
    expect(await open(opening({ credential, ...fields }), ports)).toMatchObject({ reason })
    expect(events).toEqual([`refused ${reason}`])
  })

  it('of an account that may not watch now, by ticket and by token, and of a channel of others', async () => {
    const accounts = [account({ enabled: false })]
    const { ports, credential, events } = await ticketOf({ accounts }, 'own:a1')
    await open(opening({ credential }), ports)
    expect(events).toEqual(['refused account.disabled'])
    const told: unknown[] = []
    const one = await createWorld({ accounts: [account()], tokens: { secret: 'a1' } })
    await open(
      opening({
        credential: { kind: 'token', token: 'secret' },
        channel: 'film',
        address: '203.0.113.9',
      }),
      { ...one.ports, record: (event) => void told.push(event) },
    )
    expect(told).toEqual([
      expect.objectContaining({
        type: 'refused',
        reason: 'channel.not_in_group',
        account: 'own:a1',
        accountName: 'flat 12',
        group: 'world',
        channel: 'film',
        network: '203.0.113.9',
        key: null,
      }),
    ])
    expect(JSON.stringify(told)).not.toContain('secret')
  })

  it.each([
    ['a stranger', {}, {}],
    ['a guessed token', { credential: { kind: 'token', token: 'foreign' } }, {}],
    [
      'a token a backend refuses',
      { credential: { kind: 'token', token: 'foreign' } },
      { decision: decision({ verdict: 'deny', reason: 'backend.deny' }) },
    ],
  ] as const)('but not of %s', async (_case, fields, world) => {
    const { ports, events } = await createWorld(world)
    expect(await open(opening(fields), ports)).toMatchObject({ outcome: 'refused' })
    expect(events).toEqual([])
  })

  it('nor of a channel that does not exist', async () => {
    const { ports, credential, events } = await ticketOf({})
    await open(opening({ credential, channel: 'nothing' }), ports)
    expect(events).toEqual([])
  })
})
