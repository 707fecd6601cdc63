import { describe, expect, it } from 'vitest'
import type { RawOptions } from '../../../control/report/options.ts'
import { type ReportRun, runReportHere } from '../../support/media-servers/report-run.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../support/media-servers/tautulli-made.ts'
import {
  type Asked,
  type Fault,
  type Row,
  startTautulli,
} from '../../support/media-servers/tautulli-server.ts'

/** Runs the report against a server of its own, so that cases can run beside each other. */
const against = async (
  rows: Record<string, readonly Row[]>,
  fault: (asked: Asked) => Fault | undefined,
  raw: RawOptions,
): Promise<ReportRun & { readonly asked: readonly Asked[] }> => {
  const server = await startTautulli(madeData(rows), { fault })
  try {
    const result = await runReportHere({ host: server.url, apiKey: MADE_KEY, ...raw })
    return { ...result, asked: server.asked }
  } finally {
    await server.close()
  }
}

const twoDevices = (user: number) => [
  play({ user_id: user, row_id: user * 10 + 2, started: NOW_S - 5000 }),
  play({
    user_id: user,
    row_id: user * 10 + 1,
    started: NOW_S - 5000,
    machine_id: 'tv',
    ip_address: '198.51.100.1',
  }),
]

const run = (fault: (asked: Asked) => Fault | undefined, raw: RawOptions) =>
  against({ 1: twoDevices(1), 2: twoDevices(2), 3: twoDevices(3) }, fault, raw)

const ofUserTwo = (asked: Asked): boolean =>
  asked.command === 'get_history' && asked.params.get('user_id') === '2'

const always: Record<string, { readonly fault: Fault; readonly says: RegExp }> = {
  'a server error': { fault: { kind: 'status', status: 500 }, says: /500/ },
  'an overloaded proxy': {
    fault: { kind: 'status', status: 502, body: '<h1>Bad Gateway</h1>' },
    says: /502/,
  },
  'no answer': { fault: { kind: 'hang' }, says: /did not answer get_history in time/ },
  'a truncated answer': { fault: { kind: 'truncate' }, says: /cut off or broken/ },
  'an answer cut off on the way': {
    fault: { kind: 'cut' },
    says: /cannot be read: it is cut off/,
  },
  'a web page': { fault: { kind: 'html' }, says: /web page, not JSON; is the address complete\?/ },
  'an empty answer': { fault: { kind: 'empty' }, says: /it is empty/ },
  'a connection that breaks': { fault: { kind: 'reset' }, says: /the connection broke off/ },
  'an answer without rows': {
    fault: { kind: 'answer', body: { response: { result: 'success', data: [] } } },
    says: /it has no rows/,
  },
  'an error with a message': {
    fault: { kind: 'answer', body: { response: { result: 'error', message: 'locked' } } },
    says: /locked/,
  },
}

describe.each(['compat', 'gatehouse'])(
  '%s: one user fails, the rest is still reported',
  (method) => {
    it.concurrent.each(Object.entries(always))('case=%s', async (_, { fault, says }) => {
      const raw = { method, json: true, timeout: '1' }
      const { out, err } = await run((asked) => (ofUserTwo(asked) ? fault : undefined), raw)
      const { users } = JSON.parse(out) as { users: { user_id: number; error?: string }[] }
      expect(users.map((user) => user.user_id)).toEqual([1, 2, 3])
      expect(users[1]?.error).toMatch(says)
      expect(users[0]).not.toHaveProperty('error')
      expect(users[2]).not.toHaveProperty('error')
      expect(out + err).not.toContain(MADE_KEY)
    })
  },
)

describe.each(['compat', 'gatehouse'])('%s: what passes is tried again', (method) => {
  const passing: Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 429 },
    { kind: 'truncate' },
    { kind: 'reset' },
    { kind: 'hang' },
  ]
  it.concurrent.each(passing.map((fault) => [fault.kind, fault] as const))(
    'case=%s',
    async (_, fault) => {
      const once = (asked: Asked) => (asked.earlier === 0 ? fault : undefined)
      const { out } = await run(once, { method, json: true, timeout: '1' })
      expect(out).not.toContain('"error"')
      expect(JSON.parse(out)).toMatchObject({
        users: [{ user_id: 1 }, { user_id: 2 }, { user_id: 3 }],
      })
    },
  )

  it('a refusal is not', async () => {
    const refuse = (asked: Asked): Fault | undefined =>
      ofUserTwo(asked) ? { kind: 'status', status: 404 } : undefined
    const { asked } = await run(refuse, { method, json: true })
    expect(asked.filter(ofUserTwo)).toHaveLength(1)
  })
})

describe('a wrong key', () => {
  it.concurrent.each([
    ['gatehouse', 2],
    ['compat', 1],
  ])('method=%s is one clear sentence and exit code %d', async (method, code) => {
    const result = await run(() => undefined, { method, apiKey: 'wrong-wrong-wrong' })
    expect(result.err).toContain('Error: Tautulli refused the API key (Invalid apikey).')
    expect(result.err + result.out).not.toContain('wrong-wrong')
    expect(result.code).toBe(code)
  })
})

describe('a server that is not there', () => {
  it('is one clear sentence', async () => {
    const raw = { host: '127.0.0.1:1/', apiKey: MADE_KEY }
    const { err, code } = await runReportHere(raw)
    expect(err).toMatch(
      /Error: Tautulli could not be reached for get_users_table: the connection was refused \(ECONNREFUSED\)\.$/m,
    )
    expect(code).toBe(2)
  })
})

it.concurrent.each(['gatehouse', 'compat'])(
  'method=%s: a server that repeats the key in its status line does not make it known',
  async (method) => {
    const fault: Fault = { kind: 'status', status: 500, says: `no ${MADE_KEY}` }
    const { out, err } = await run((asked) => (ofUserTwo(asked) ? fault : undefined), { method })
    expect(out + err).toContain('500')
    expect(out + err).not.toContain(MADE_KEY)
  },
)

it('a server that redirects in a circle is said to do so', async () => {
  const circle = ({ params }: Asked): Fault => ({
    kind: 'status',
    status: 302,
    location: `/api/v2?${params.toString()}`,
  })
  const { err, code } = await run(circle, {})
  expect(err).toContain('could not be reached for get_users_table: it redirects in a circle.')
  expect(code).toBe(2)
})

it('a server that has moved is read where it is now', async () => {
  const moved = ({ params }: Asked): Fault | undefined =>
    params.has('moved')
      ? undefined
      : { kind: 'status', status: 301, location: `/api/v2?${params.toString()}&moved=1` }
  const there = await run(() => undefined, { json: true })
  const { out, code } = await against(
    { 1: twoDevices(1), 2: twoDevices(2), 3: twoDevices(3) },
    moved,
    { json: true },
  )
  expect(out).toBe(there.out)
  expect(code).toBe(there.code)
})

describe('a server that falls silent', () => {
  it('is given up on after some tries, and the report ends', async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [i + 1, twoDevices(i + 1)]),
    )
    const silent = ({ command }: Asked): Fault | undefined =>
      command === 'get_history' ? { kind: 'hang' } : undefined
    const { out, code, asked } = await against(rows, silent, { json: true, timeout: '1' })
    expect(code).toBe(2)
    expect((JSON.parse(out) as { users: unknown[] }).users).toHaveLength(60)
    expect(out).toContain('stopped answering get_history; it was not asked again')
    expect(asked.length).toBeLessThan(40)
  })
})

it('look-ups that fail are counted and the accounts are judged all the same', async () => {
  const noPlaces = ({ command }: Asked): Fault | undefined =>
    command === 'get_geoip_lookup' ? { kind: 'status', status: 500 } : undefined
  const { out, err } = await run(noPlaces, { json: true })
  expect(err).toContain('Warning: 2 of 2 address look-ups failed; those places count as unknown.')
  expect(out).not.toContain('"error"')
})

it('the compat report words an HTTP error as the original does, the key blotted out', async () => {
  const { out } = await run(
    (asked) => (ofUserTwo(asked) ? { kind: 'status', status: 500 } : undefined),
    {
      method: 'compat',
    },
  )
  expect(out).toMatch(
    /\[2\/3\] user 2\.\.\. error: 500 Server Error: Internal Server Error for url: http:\/\/127\.0\.0\.1:\d+\/api\/v2\?apikey=\*\*\*&cmd=get_history&user_id=2&after=/,
  )
})
