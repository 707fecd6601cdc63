import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startService, type TestService } from '../../../../support/programs/service.ts'
import { type Call, callsOf, type Shape } from './described-calls.ts'

let service: TestService
let calls: Call[]

beforeAll(async () => {
  service = await startService({ hasHistory: true })
  calls = callsOf((await (await fetch(`${service.admin}/api/openapi.json`)).json()) as Shape)
}, 300_000)
afterAll(async () => await service?.stop())

const PREFIX = '/api/v1'

const send = async (method: string, path: string, body?: unknown, match?: string) =>
  await service.api(PREFIX + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(match === undefined ? {} : { 'if-match': match }),
    },
  })

const read = async <T>(path: string): Promise<T> => (await (await send('GET', path)).json()) as T

interface Page {
  readonly items: readonly unknown[]
  readonly next: string | null
}

const nameOf = ({ method, path }: Call): string => `${method} ${path.slice(PREFIX.length)}`
const ofApi = (): Call[] => calls.filter(({ path }) => path.startsWith(`${PREFIX}/`))

const answersOf = ({ operation: { responses } }: Call): Shape[] =>
  Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content }]) => Object.values(content ?? {}).map(({ schema }) => schema))

const fieldsOf = (schema: Shape): string[] => Object.keys(schema['properties'] ?? {})
const queryOf = ({ operation }: Call): string[] =>
  (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name)

const isList = (call: Call): boolean =>
  call.method === 'GET' && answersOf(call).some((schema) => fieldsOf(schema).includes('items'))

/** Answered to who is signed in, not to a token. */
const OF_A_COOKIE = new Set(['GET /auth/sign-ins'])

describe('every list', () => {
  it('is a page: rows, and where the next one begins', () => {
    const bare = ofApi().filter((call) => answersOf(call).some(({ type }) => type === 'array'))
    expect(bare.map(nameOf)).toEqual([])
    const lists = ofApi().filter(isList)
    expect(lists.length).toBeGreaterThan(30)
    for (const list of lists) {
      const [schema = {}] = answersOf(list)
      expect([nameOf(list), fieldsOf(schema)]).toEqual([
        nameOf(list),
        expect.arrayContaining(['items', 'next']),
      ])
      expect([nameOf(list), queryOf(list)]).toEqual([
        nameOf(list),
        expect.arrayContaining(['limit', 'after']),
      ])
    }
  })

  it('shows in pages of two what it shows at once, and takes no cursor it has not given', async () => {
    const [account] = (await read<{ items: { id: string }[] }>('/accounts?limit=1')).items
    const of = encodeURIComponent(account?.id ?? '')
    const paths = ofApi()
      .filter((call) => isList(call) && !OF_A_COOKIE.has(nameOf(call)))
      .map(({ path }) => path.slice(PREFIX.length).replace('{id}', of))
    for (const path of paths) {
      const whole = await read<Page>(path)
      expect([path, whole]).toEqual([path, { ...whole, items: expect.any(Array) }])
      const first = await read<Page>(`${path}?limit=2`)
      expect([path, first.items.length]).toEqual([path, Math.min(2, whole.items.length)])
      const refused = await send('GET', `${path}?after=nonsense`)
      expect([path, refused.status]).toEqual([path, 400])
      if (first.next === null) expect([path, whole.items.length <= 2]).toEqual([path, true])
      else {
        const second = await read<Page>(`${path}?limit=2&after=${encodeURIComponent(first.next)}`)
        expect([path, second.items.length > 0]).toEqual([path, true])
        expect([path, second.items]).not.toEqual([path, first.items])
      }
    }
  }, 120_000)
})

/** Something to change: where it is, by which method, and two bodies to send one after the other. */
interface Subject {
  readonly path: string
  readonly method: 'PUT' | 'PATCH'
  readonly change: unknown
}

const idOf = async (list: string): Promise<string> => {
  const { items } = await read<{ items: { id: string }[] }>(`${list}?limit=1`)
  return items[0]?.id ?? ''
}

const made = async (path: string, body: object): Promise<string> => {
  const answer = await send('POST', path, body)
  expect([path, answer.status]).toEqual([path, 201])
  return ((await answer.json()) as { id?: string }).id ?? ''
}

const importState = {
  id: 'ab'.repeat(12),
  kind: 'history',
  name: 'plays.ndjson',
  state: 'reading',
  position: 0,
  rejectedBytes: 0,
  tally: { rows: 0, inserted: 0, updated: 0, unchanged: 0, expired: 0, bad: 0 },
  sources: [],
  from: null,
  to: null,
  startedAt: 1,
  updatedAt: 1,
  fraction: null,
  rowsPerSecond: null,
  secondsLeft: null,
  findings: null,
  problem: null,
}

/** One of everything that is edited, by the path of its description. */
const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  '/accounts/{id}': async () => ({
    path: `/accounts/${await made('/accounts', { name: 'tagged' })}`,
    method: 'PATCH',
    change: { note: 'seen' },
  }),
  '/people/{id}/homes': async () => ({
    path: `/people/${await made('/accounts', { name: 'housed' })}/homes`,
    method: 'PATCH',
    change: { add: ['203.0.113.0/24'] },
  }),
  '/users/{id}': async () => {
    const user = { name: 'vera', role: 'viewer', password: 'correct horse battery' }
    return {
      path: `/users/${await made('/users', user)}`,
      method: 'PATCH',
      change: { role: 'operator' },
    }
  },
  '/destinations/{name}': async () => {
    await made('/destinations', { name: 'tags', kind: 'webhook', url: 'http://127.0.0.1:9/' })
    return { path: '/destinations/tags', method: 'PATCH', change: { enabled: false } }
  },
  '/media-servers/{name}': async () => {
    const server = { name: 'attic', kind: 'jellyfin', url: 'http://127.0.0.1:9', token: 'x' }
    await made('/media-servers', server)
    return { path: '/media-servers/attic', method: 'PATCH', change: { token: 'y' } }
  },
  '/rules/{id}': async () => {
    const [first] = (await read<{ items: { id: string }[] }>('/rules')).items
    const change = { ...first, cool_down_minutes: 7 }
    return { path: `/rules/${String(first?.id)}`, method: 'PUT', change }
  },
  '/rules': async () => {
    const { items } = await read<{ items: object[] }>('/rules')
    return {
      path: '/rules',
      method: 'PUT',
      change: { rules: items.map((rule) => ({ ...rule, escalation_hours: 9 })) },
    }
  },
  '/findings/{id}': async () => ({
    path: `/findings/${await idOf('/findings')}`,
    method: 'PATCH',
    change: { state: 'confirmed' },
  }),
  '/imports/{id}': async () => {
    const path = `/imports/${importState.id}`
    expect((await send('PUT', path, importState)).status).toBe(200)
    return { path, method: 'PUT', change: { ...importState, position: 5 } }
  },
  '/config': async () => {
    const { text } = await read<{ text: string }>('/config')
    const change = { text: text.replace('max_sessions: 2', 'max_sessions: 3') }
    return { path: '/config', method: 'PUT', change }
  },
  '/log-level': async () => ({
    path: '/log-level',
    method: 'PUT',
    change: { level: await Promise.resolve('debug') },
  }),
  '/surge/{name}': async () =>
    await Promise.resolve({ path: '/surge/rush', method: 'PUT', change: { on: true } }),
}

/** Ends what plays: nothing of it is kept that somebody else might have edited. */
const NO_EDITS = new Set(['DELETE /sessions/{id}'])

describe('every edit', () => {
  const isEdit = ({ method, path }: Call): boolean =>
    /^(?:PUT|PATCH|DELETE)$/.test(method) &&
    calls.some((other) => other.method === 'GET' && other.path === path)

  it('of something that can be read may depend on what was read', () => {
    const edits = ofApi().filter((call) => isEdit(call) && !NO_EDITS.has(nameOf(call)))
    const free = edits.filter(
      ({ operation }) =>
        !(operation.parameters ?? []).some((one) => one.in === 'header' && one.name === 'if-match'),
    )
    expect(free.map(nameOf)).toEqual([])
    const paths = edits.filter(({ method }) => method !== 'DELETE').map(({ path }) => path)
    expect(paths.map((path) => path.slice(PREFIX.length)).sort()).toEqual(
      Object.keys(SUBJECTS).sort(),
    )
  })

  it.each(Object.entries(SUBJECTS))(
    'of %s is refused where somebody else was faster',
    async (template, make) => {
      const { path, method, change } = await make()
      const tag = (await send('GET', path)).headers.get('etag') ?? ''
      expect(tag).toMatch(/^"[\w-]{22}"$/)
      const changed = await send(method, path, change, tag)
      expect([changed.status, await changed.clone().text()]).toEqual([200, expect.any(String)])
      const present = (await send('GET', path)).headers.get('etag') ?? ''
      expect([present, present === tag]).toEqual([changed.headers.get('etag'), false])
      const stale = await send(method, path, change, tag)
      expect([stale.status, stale.headers.get('etag')]).toEqual([412, present])
      expect(stale.headers.get('content-type')).toContain('application/problem+json')
      const isRemovable = calls.some(
        (one) => one.method === 'DELETE' && one.path === PREFIX + template,
      )
      if (!isRemovable) return
      expect((await send('DELETE', path, undefined, tag)).status).toBe(412)
      expect((await send('DELETE', path, undefined, present)).status).toBe(204)
    },
    60_000,
  )
})
