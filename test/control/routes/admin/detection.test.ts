import type { InjectOptions } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { DAY, daily, everyNth, START } from '../../detect/play-builder.ts'
import { type DetectionApi, startDetectionApi } from './detection-api.ts'

const now = START + 30 * DAY
const headers = { authorization: 'Bearer x' }

let api: DetectionApi
beforeEach(async () => {
  api = await startDetectionApi(() => now)
})
afterEach(async () => {
  await api.stop()
})

const call = async (method: InjectOptions['method'], path: string, body?: object) => {
  const request = { method: method ?? 'GET', url: `/api/v1${path}`, headers }
  const answer = await api.app.inject(body === undefined ? request : { ...request, payload: body })
  const text = answer.body
  return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text) }
}

const audited = async () =>
  (await api.store.audit.list({ sort: 'at', limit: 100 })).rows.map(({ action }) => action).sort()

/** One account in two places at once on many days; another that is nothing of the kind. */
const shared: readonly PlayRecord[] = [
  ...daily(everyNth(30, 1), { minutes: 90 }),
  ...daily(everyNth(30, 2), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 }),
]
const innocent = daily(everyNth(30, 3), { with: { account: 'own:2', accountName: 'Two' } })

describe('rules', () => {
  test('the defaults are there, dry; one is put, read, linted and deleted', async () => {
    const { body } = await call('GET', '/rules')
    expect(body.items.length).toBeGreaterThan(5)
    expect(body.items.every((rule: { dry_run: boolean }) => rule.dry_run)).toBe(true)
    const rule = { kind: 'concurrent_streams', params: { max_streams: 1 } }
    const put = await call('PUT', '/rules/busy', rule)
    expect(put).toMatchObject({ status: 200, body: { rule: { id: 'busy', dry_run: true } } })
    expect(put.body.warnings).toMatchObject([{ rule: 'busy' }])
    expect((await call('GET', '/rules/busy')).body.rule.params.max_streams).toBe(1)
    expect((await call('PUT', '/rules/busy', { ...rule, id: 'other' })).status).toBe(400)
    expect((await call('DELETE', '/rules/busy')).status).toBe(204)
    expect((await call('DELETE', '/rules/busy')).status).toBe(404)
    expect((await call('GET', '/rules/busy')).status).toBe(404)
    expect(await audited()).toEqual(['rule.create', 'rule.delete'])
  })

  test('who deletes them all has none after the next start', async () => {
    const { seedRules } = await import('../../../../control/detect/live/rule-cache.ts')
    for (const { id } of (await call('GET', '/rules')).body.items)
      await call('DELETE', `/rules/${id}`)
    await seedRules(api.store, now)
    expect((await call('GET', '/rules')).body.items).toEqual([])
  })

  test('a bad rule is refused with every problem, and nothing of its batch is kept', async () => {
    const bad = {
      kind: 'impossible_travel',
      severity: 'huge',
      params: { max_speed_kmh: -1 },
      wrong: 1,
    }
    const answer = await call('PUT', '/rules/bad', bad)
    expect(answer.status).toBe(400)
    const paths = answer.body.errors.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(expect.arrayContaining(['severity', 'params.max_speed_kmh', 'wrong']))
    const good = { id: 'good', kind: 'restreaming' }
    expect((await call('PUT', '/rules', { rules: [good, { id: 'bad' }] })).status).toBe(400)
    expect((await call('GET', '/rules/good')).status).toBe(404)
    const scope = { type: 'group', group: 'nowhere' }
    const lint = await call('POST', '/rules/lint', { rules: [{ ...good, scope }] })
    expect(lint.body.warnings).toMatchObject([{ message: 'there is no group nowhere' }])
  })
})

describe('findings', () => {
  beforeEach(async () => {
    await api.judge(shared.slice(0, 40))
  })

  test('are listed, filtered, paged and shown with their evidence', async () => {
    const first = await call('GET', '/findings?limit=1&sort=at')
    expect(first.body.items).toHaveLength(1)
    const second = await call('GET', `/findings?limit=1&sort=at&after=${first.body.next}`)
    expect(second.body.items[0].at).toBeGreaterThanOrEqual(first.body.items[0].at)
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id)
    const kind = await call('GET', '/findings?kind=simultaneous_places&account=1')
    expect(kind.body.items.length).toBeGreaterThan(1)
    const shown = await call('GET', `/findings/${kind.body.items[0].id}`)
    expect(shown.body.summary).toContain('Bordeaux')
    expect(shown.body.evidence.sessions).toHaveLength(2)
    expect((await call('GET', '/findings?account=2')).body.items).toEqual([])
    expect((await call('GET', '/findings?sort=wrong')).status).toBe(400)
    expect((await call('GET', '/findings?kind=wrong')).status).toBe(400)
    expect((await call('GET', '/findings/none')).status).toBe(404)
  })

  test('dismissed, one gives back the trust it took; the ledger shows both', async () => {
    const before = (await call('GET', '/accounts/1/trust')).body
    expect(before.value).toBeLessThan(100)
    const taken = before.ledger.find((entry: { delta: number }) => entry.delta < 0)
    const dismissed = await call('PATCH', `/findings/${taken.findingId}`, { state: 'dismissed' })
    expect(dismissed.body.state).toBe('dismissed')
    const after = (await call('GET', '/accounts/1/trust')).body
    expect(after.value).toBe(before.value - taken.delta)
    expect(after.ledger[0]).toMatchObject({ delta: -taken.delta, findingId: taken.findingId })
    await call('PATCH', `/findings/${taken.findingId}`, { state: 'dismissed' })
    expect((await call('GET', '/accounts/1/trust')).body.value).toBe(after.value)
    await call('PATCH', `/findings/${taken.findingId}`, { state: 'open' })
    expect((await call('GET', '/accounts/1/trust')).body.value).toBe(before.value)
    await call('PATCH', `/findings/${taken.findingId}`, { state: 'confirmed' })
    expect((await call('GET', '/accounts/1/trust')).body.value).toBe(before.value)
    await call('PATCH', `/findings/${taken.findingId}`, { state: 'dismissed' })
    expect((await call('GET', '/accounts/1/trust')).body.value).toBe(after.value)
    expect((await call('PATCH', `/findings/${taken.findingId}`, { state: 'gone' })).status).toBe(
      400,
    )
    const { items } = (await call('GET', '/findings?account=1')).body
    const ids: string[] = items.map(({ id }: { id: string }) => id)
    const bulk = { ids: [...ids, 'none'], state: 'dismissed' }
    const judged = await call('POST', '/findings/bulk', bulk)
    expect(judged.body).toMatchObject({ done: ids.length, failed: 1 })
    expect(judged.body.results.at(-1)).toMatchObject({ id: 'none', ok: false })
    // What an operator has judged, the detectors leave alone.
    await api.judge(shared)
    expect((await call('GET', `/findings/${taken.findingId}`)).body.state).toBe('dismissed')
  })
})

test('confidence is assessed, listed, explained, and silenced by a word', async () => {
  await api.judge(shared)
  await api.judge(innocent)
  expect((await call('POST', '/sharing/assess', {})).body).toEqual({ assessed: 2, left: 0 })
  expect((await call('POST', '/sharing/assess', {})).body).toEqual({ assessed: 0, left: 0 })
  const { body } = await call('GET', '/sharing')
  expect(body.items.map(({ account }: { account: string }) => account)).toEqual(['own:1', 'own:2'])
  expect(body.items[0]).toMatchObject({ flagged: true, name: 'Account 1' })
  expect((await call('GET', '/sharing?flagged=true')).body.items).toHaveLength(1)
  const why = (await call('GET', '/accounts/own:1/sharing')).body
  expect(why.contributions[0].explanation).toMatch(/\d/)
  expect(why.households.length).toBeGreaterThan(1)
  expect((await call('GET', '/accounts/nobody/sharing')).status).toBe(404)
  const unlimited = { maxSessions: null, maxNetworks: null, limitation: null, expiresAt: null }
  const unplanned = { plan: null, group: null, note: null, createdAt: now, updatedAt: now }
  await api.store.accounts.put({ id: '9', name: 'New', enabled: true, ...unlimited, ...unplanned })
  expect((await call('GET', '/accounts/9/sharing')).status).toBe(204)
  const word = await call('POST', '/accounts/1/feedback', { kind: 'account' })
  expect(word).toMatchObject({
    status: 201,
    body: { account: 'own:1', verdict: 'fine', by: 'ann' },
  })
  expect((await call('POST', '/accounts/1/sharing')).body.flagged).toBe(false)
  expect((await call('DELETE', `/feedback/${word.body.id}`)).status).toBe(204)
  expect((await call('DELETE', `/feedback/${word.body.id}`)).status).toBe(404)
  expect((await call('POST', '/accounts/1/sharing')).body.flagged).toBe(true)
})

test('feedback names networks by any address in them, once; nonsense is refused', async () => {
  const post = (body: object) => call('POST', '/accounts/1/feedback', body)
  const first = await post({ kind: 'network', value: '2001:db8:0:1::7' })
  expect(first.body.value).toBe('2001:db8:0:1::/64')
  const again = await post({ kind: 'network', value: '2001:db8:0:1:ffff::1' })
  expect(again.body.id).toBe(first.body.id)
  expect((await post({ kind: 'network', value: '2001:db8:0:1::/64' })).body.id).toBe(first.body.id)
  expect((await call('GET', '/accounts/1/feedback')).body.items).toHaveLength(1)
  const only = { items: [first.body], next: null }
  for (const query of ['', '?account=own:1', '?account=1'])
    expect((await call('GET', `/feedback${query}`)).body).toEqual(only)
  expect((await call('GET', '/feedback?account=own:2')).body.items).toEqual([])
  for (const body of [
    { kind: 'network', value: 'x' },
    { kind: 'network', value: '192.0.2.0/24' },
    { kind: 'network', value: '192.0.2.1/33' },
    { kind: 'network', value: '2001:db8::/48' },
    { kind: 'city' },
    { kind: 'mood', value: 'x' },
  ]) {
    expect((await post(body)).status).toBe(400)
  }
})

describe('history', () => {
  beforeEach(async () => {
    await api.store.history.upsertPlays([...shared, ...innocent])
  })

  test('answers what dashboards ask', async () => {
    const span = `from=${START - DAY}&to=${now}`
    expect((await call('GET', `/history/viewers?${span}`)).body).toEqual({ viewers: 2 })
    expect((await call('GET', `/history/days?${span}`)).body.items).toHaveLength(30)
    expect((await call('GET', `/history/countries?${span}`)).body.items).toMatchObject([
      { key: 'FR', plays: 55 },
    ])
    const most = await call('GET', `/history/accounts?${span}&limit=1`)
    expect(most.body.items).toMatchObject([{ key: 'own:1' }])
    // A cursor tells no account: a viewer sees them masked.
    expect(Buffer.from(most.body.next, 'base64url').toString()).not.toContain('own:1')
    const others = await call('GET', `/history/accounts?${span}&limit=1&after=${most.body.next}`)
    expect(others.body).toMatchObject({ items: [{ key: 'own:2' }], next: null })
    expect((await call('GET', `/history/map?${span}`)).body.items[0]).toMatchObject({
      country: 'FR',
    })
    const { body: map } = await call('GET', `/history/map/plays?${span}`)
    expect(map).toMatchObject({ isWhole: true, plays: { length: shared.length + innocent.length } })
    const [{ latitude, longitude }] = map.places
    const box = [latitude - 0.05, longitude - 0.05, latitude + 0.05, longitude + 0.05]
    const within = await call('GET', `/history/plays?box=${box.join(',')}&limit=1000`)
    expect(within.body.items.length).toBeGreaterThan(0)
    for (const play of within.body.items)
      expect([play.latitude.toFixed(1), play.longitude.toFixed(1)]).toEqual([
        latitude.toFixed(1),
        longitude.toFixed(1),
      ])
    expect((await call('GET', '/history/plays?box=1,1,0,0')).status).toBe(400)
    expect((await call('GET', '/history/plays?box=here')).status).toBe(400)
    expect((await call('GET', `/history/accounts/1?${span}`)).body.days).toHaveLength(30)
    expect((await call('GET', '/history/now')).body).toEqual({ items: [], next: null })
    expect((await call('GET', `/history/days?from=5&to=5`)).status).toBe(400)
  })

  test("an account's plays come in pages", async () => {
    const seen = new Set<string>()
    let after = ''
    for (let page = 0; page < 10 && (page === 0 || after !== ''); page += 1) {
      const path = `/accounts/1/plays?limit=20${after === '' ? '' : `&after=${after}`}`
      const { body } = await call('GET', path)
      for (const { id } of body.items) seen.add(id)
      after = body.next ?? ''
    }
    expect(seen.size).toBe(shared.length)
  })

  test('streams every account as one line, and says at the end that it was all', async () => {
    const url = `/api/v1/history/plays.ndjson?from=0&to=${now}`
    const answer = await api.app.inject({ url, headers })
    const lines = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.length)).toEqual([shared.length, innocent.length, undefined])
    expect(lines[2]).toEqual({ accounts: 2 })
  })

  test('plays of another history are added once, the bad ones counted', async () => {
    const [one] = shared
    const plays = [{ ...one, id: 'imported' }, { ...one, id: 'second' }, { id: 'nothing' }]
    expect((await call('POST', '/history/plays', { plays })).body).toMatchObject({
      rows: 3,
      inserted: 2,
      bad: 1,
      problems: [expect.stringContaining('play 3')],
    })
    expect((await call('POST', '/history/plays', { plays })).body).toMatchObject({
      inserted: 0,
      unchanged: 2,
    })
    for (const bad of [{}, { plays: 'all' }])
      expect((await call('POST', '/history/plays', bad)).status).toBe(400)
  })

  test('a draft is tried against the rules in force', async () => {
    const rules = [{ id: 'draft', kind: 'simultaneous_places' }]
    const { body } = await call('POST', '/backtest', { rules, days: 30 })
    expect(body.found).toMatchObject([{ account: 'own:1' }])
    expect(body.comparison.both).toEqual(['own:1'])
    const alone = await call('POST', '/backtest', { rules, present: [], days: 30 })
    expect(alone.body.comparison.onlyDraft).toEqual(['own:1'])
    for (const bad of [{ rules, days: 0 }, { rules: [{ kind: 'x' }], days: 3 }, { days: 3 }]) {
      expect((await call('POST', '/backtest', bad)).status).toBe(400)
    }
  })
})

test('each route asks for its permission, and all are in the description', async () => {
  const poor = await startDetectionApi(() => now, ['findings:read'])
  const status = async (method: 'GET' | 'PUT', url: string) =>
    (await poor.app.inject({ method, url: `/api/v1${url}`, headers })).statusCode
  expect(await status('GET', '/findings')).toBe(200)
  expect(await status('GET', '/rules')).toBe(403)
  expect(await status('GET', '/history/plays.ndjson?from=0&to=1')).toBe(403)
  expect(await status('PUT', '/rules/x')).toBe(403)
  await poor.app.ready()
  const described = Object.keys(poor.app.swagger().paths ?? {})
  expect(described).toEqual(
    expect.arrayContaining(['/api/v1/rules/{id}', '/api/v1/findings', '/api/v1/backtest']),
  )
  await poor.stop()
})
