import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'
import { startService, type TestService } from '../../../support/programs/service.ts'
import { type ApiDescription, apiSurface } from '../../../support/tree/api-surface.ts'
import { callsOf, json } from './admin-calls.ts'

let service: TestService

beforeAll(async () => {
  service = await startService()
})
afterAll(async () => await service.stop())

const { send } = callsOf(() => service)

/** A request with headers `fetch` would not let through. */
const raw = async (path: string, headers: Record<string, string>): Promise<number> =>
  await new Promise((resolve, reject) => {
    const { hostname, port } = new URL(service.admin)
    const asked = request({ hostname, port, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })

describe('the admin API lets in', () => {
  it('nobody without its token', async () => {
    const answer = await fetch(`${service.admin}/api/v1/accounts`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    const wrong = { headers: { authorization: 'Bearer wrong' } }
    expect((await fetch(`${service.admin}/api/v1/accounts`, wrong)).status).toBe(401)
  })

  it('no foreign host name, the token notwithstanding', async () => {
    const authorization = `Bearer ${service.adminToken}`
    expect(await raw('/api/v1/accounts', { host: 'evil.example', authorization })).toBe(403)
    expect(await raw('/api/v1/accounts', { host: 'localhost', authorization })).toBe(200)
  })

  it('anybody to its health and description', async () => {
    for (const path of ['/health/live', '/health/ready', '/api/openapi.json', '/']) {
      expect((await fetch(`${service.admin}${path}`)).status).toBe(200)
    }
    expect((await fetch(`${service.admin}/metrics`)).status).toBe(401)
  })

  it('no script and no frame of anybody else, on any page', async () => {
    for (const path of ['/', '/api/docs', '/health/live', '/api/openapi.json', '/nothing']) {
      const policy = (await fetch(`${service.admin}${path}`)).headers.get('content-security-policy')
      expect(policy, path).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
      expect(policy, path).not.toContain('unsafe')
    }
  })
})

describe('the admin API', () => {
  it('still has everything of the last release', async () => {
    const answer = await fetch(`${service.admin}/api/openapi.json`)
    const present = apiSurface((await answer.json()) as ApiDescription)
    const kept = readFileSync(join(packageRoot(), 'test/vectors/api/v1.txt'), 'utf8')
    const promised = kept.split('\n').filter((line) => line !== '')
    expect(promised.length).toBeGreaterThan(1000)
    expect(promised.filter((line) => !present.has(line))).toEqual([])
  })
})

describe('accounts', () => {
  it('are made, found, changed and removed, each change audited', async () => {
    const made = await send('POST', '/accounts', { name: 'flat 12', maxSessions: 2 })
    expect(made.status).toBe(201)
    const { id } = await json(made)
    const token = await json(await send('POST', `/accounts/${String(id)}/tokens`, {}))
    expect(String(token['token'])).toHaveLength(24)
    const list = await fetch(String(token['playlist']))
    expect(list.status).toBe(200)
    const changed = await send('PATCH', `/accounts/${String(id)}`, { maxSessions: 5 })
    expect(await json(changed)).toMatchObject({ maxSessions: 5, name: 'flat 12' })
    expect((await send('DELETE', `/accounts/${String(id)}`)).status).toBe(204)
    expect((await send('GET', `/accounts/${String(id)}`)).status).toBe(404)
    const audit = await json(await send('GET', '/audit?limit=10'))
    const actions = (audit['items'] as { action: string }[]).map(({ action }) => action)
    expect(actions.slice(0, 4)).toEqual([
      'account.delete',
      'account.change',
      'token.issue',
      'account.create',
    ])
    expect(JSON.stringify(audit)).not.toContain(String(token['token']))
  })

  it('are paged by cursor without loss', async () => {
    for (let n = 0; n < 7; n += 1) await send('POST', '/accounts', { name: `page ${n}` })
    const seen: string[] = []
    let after: string | null = ''
    for (let page = 0; page < 10 && after !== null; page += 1) {
      const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
      const answer = await json(await send('GET', `/accounts?name=page&sort=-name&limit=3${query}`))
      seen.push(...(answer['items'] as { name: string }[]).map(({ name }) => name))
      after = typeof answer['next'] === 'string' ? answer['next'] : null
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `page ${n}`))
  })

  it('are changed many at once; what fails is told with its id', async () => {
    const ids = await Promise.all(
      ['bulk 1', 'bulk 2'].map(async (name) =>
        String((await json(await send('POST', '/accounts', { name })))['id']),
      ),
    )
    const bulk = async (body: object) => await send('POST', '/accounts/bulk', body)
    const change = { action: 'change', change: { maxSessions: 9 } }
    expect(await json(await bulk({ ids: [...ids, 'nobody'], ...change }))).toEqual({
      done: 2,
      failed: 1,
      results: [
        ...ids.map((id) => ({ id, ok: true, problem: null })),
        {
          id: 'nobody',
          ok: false,
          problem: "There is no account 'nobody'.",
          detailId: 'account.missing',
          values: { id: 'nobody' },
        },
      ],
    })
    expect(await json(await send('GET', `/accounts/${ids[1]}`))).toMatchObject({ maxSessions: 9 })
    expect(await json(await bulk({ ids, action: 'delete' }))).toMatchObject({ done: 2, failed: 0 })
    expect((await send('GET', `/accounts/${ids[0]}`)).status).toBe(404)
    for (const wrong of [
      { ids: [], action: 'delete' },
      { ids, action: 'change' },
      { ids, action: 'delete', change: { enabled: false } },
      { ids, action: 'change', change: { name: 'the same for all' } },
    ])
      expect((await bulk(wrong)).status).toBe(400)
  })

  it('are not overwritten by who read an older state: If-Match', async () => {
    const { id } = await json(await send('POST', '/accounts', { name: 'two editors' }))
    const path = `/api/v1/accounts/${String(id)}`
    const etag = (await service.api(path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    const edit = async (maxSessions: number, match: string): Promise<Response> =>
      await service.api(path, {
        method: 'PATCH',
        body: JSON.stringify({ maxSessions }),
        headers: { 'content-type': 'application/json', 'if-match': match },
      })
    const both = await Promise.all([edit(3, etag), edit(4, etag)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
    const lost = both.find(({ status }) => status === 412)
    expect(lost?.headers.get('content-type')).toContain('application/problem+json')
    const now = lost?.headers.get('etag') ?? ''
    expect(now).toBe((await service.api(path)).headers.get('etag'))
    expect((await edit(5, `"other", ${now}`)).status).toBe(200)
    expect((await edit(6, '*')).status).toBe(200)
    const headers = { 'if-match': now }
    expect((await service.api(path, { method: 'DELETE', headers })).status).toBe(412)
    expect((await service.api(path, { method: 'DELETE' })).status).toBe(204)
  })

  it('lost to nobody: what is invalid, double or unknown is named', async () => {
    const invalid = await send('POST', '/accounts', { name: '', maxSessions: -1 })
    expect(invalid.status).toBe(400)
    expect(await json(invalid)).toHaveProperty('errors')
    expect((await send('POST', '/accounts', { name: 'page 0' })).status).toBe(409)
    const group = await send('POST', '/accounts', { name: 'x', group: 'nowhere' })
    expect(await json(group)).toMatchObject({ status: 400, detail: "There is no group 'nowhere'." })
    expect((await send('GET', '/accounts?sort=secret')).status).toBe(400)
    expect((await send('GET', '/accounts?after=junk')).status).toBe(400)
    expect((await send('GET', '/nothing')).status).toBe(404)
  })

  it('take a password for Xtream players, which opens the list', async () => {
    const account = await json(await send('POST', '/accounts', { name: 'box' }))
    const path = `/accounts/${String(account['id'])}/password`
    const login = { username: 'box', password: 'correct-horse' }
    expect((await send('PUT', path, login)).status).toBe(204)
    const get = (password: string) =>
      fetch(`${service.edge}/get.php?username=box&password=${password}&type=m3u_plus`)
    expect((await get('correct-horse')).status).toBe(200)
    const wrong = await get('wrong-password')
    expect(wrong.status).toBe(403)
    expect(wrong.headers.get('x-gatehouse-reason')).toBe('credentials.wrong')
  })
})

describe('bans', () => {
  it('are made by address, listed and lifted', async () => {
    const made = await send('POST', '/bans', { kind: 'network', subject: '203.0.113.77' })
    expect(made.status).toBe(201)
    const listed = await json(await send('GET', '/bans?kind=network'))
    expect(JSON.stringify(listed)).toContain('203.0.113.77')
    expect((await send('DELETE', '/bans/network/203.0.113.77')).status).toBe(204)
    expect((await send('DELETE', '/bans/network/203.0.113.77')).status).toBe(404)
    expect((await send('POST', '/bans', { kind: 'network', subject: 'junk' })).status).toBe(400)
    expect((await send('POST', '/bans', { kind: 'planet', subject: 'x' })).status).toBe(400)
  })

  it('are made and lifted many at once', async () => {
    const bans = ['203.0.113.81', '203.0.113.82'].map((subject) => ({ kind: 'network', subject }))
    const all = [...bans, { kind: 'network', subject: 'junk' }]
    expect(
      await json(await send('POST', '/bans/bulk', { action: 'ban', bans: all })),
    ).toMatchObject({
      done: 2,
      failed: 1,
      results: [{ ok: true }, { ok: true }, { id: 'network:junk', ok: false }],
    })
    const lift = { action: 'lift', bans }
    expect(await json(await send('POST', '/bans/bulk', lift))).toMatchObject({ done: 2 })
    expect(await json(await send('POST', '/bans/bulk', lift))).toMatchObject({ done: 0, failed: 2 })
  })
})

describe('everything else', () => {
  it('shows groups, channels, sources, edges and keys, and no secret', async () => {
    for (const path of ['/groups', '/channels', '/sources', '/edges', '/keys', '/surge', '/live']) {
      const answer = await send('GET', path)
      expect([path, answer.status]).toEqual([path, 200])
      expect(await answer.text()).not.toMatch(/secret|"hash"/)
    }
  })

  it('explains a viewer', async () => {
    const home = await json(await send('GET', '/explain?ip=192.168.1.9'))
    expect(home).toMatchObject({ group: 'home', wonBy: 'network', channels: 12 })
    const stranger = await json(await send('GET', '/explain?ip=203.0.113.9&channel=film-1'))
    expect(stranger).toMatchObject({ verdict: 'deny', reason: 'channel.not_in_group' })
    expect((await send('GET', '/explain?ip=junk')).status).toBe(400)
  })

  it('answers junk with a problem and never with a stack', async () => {
    const junk = await service.api('/api/v1/accounts', {
      method: 'POST',
      body: '{"name": ',
      headers: { 'content-type': 'application/json' },
    })
    expect(junk.status).toBe(400)
    const headers = { 'content-type': 'application/json' }
    const nothing = async (method: string, path: string) =>
      (await service.api(`/api/v1${path}`, { method, headers })).status
    expect(await nothing('DELETE', '/bans/none')).toBe((await send('DELETE', '/bans/none')).status)
    expect(await nothing('POST', '/accounts')).toBe(400)
    const misspelled = await send('POST', '/sessions/reauth?nam=film-1')
    expect(misspelled.status).toBe(400)
    expect(await misspelled.text()).toContain("'nam'")
    const big = await send('POST', '/accounts', { name: 'x', note: 'y'.repeat(2_000_000) })
    expect(big.status).toBe(413)
    expect(await big.text()).not.toMatch(/\bat .*\.js/)
  })
})
