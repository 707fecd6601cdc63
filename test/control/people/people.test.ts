import type { InjectOptions } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { peopleView } from '../../../control/people/people.ts'
import { playsByPerson } from '../../../control/people/people-reader.ts'
import { keepRoll } from '../../../control/people/server-users.ts'
import { DAY, daily, everyNth, START } from '../detect/play-builder.ts'
import { type DetectionApi, startDetectionApi } from '../routes/admin/detection-api.ts'

const now = START + 30 * DAY
const ANN = 'server:house:1'
const ANNA = 'server:attic:a'

let api: DetectionApi
beforeEach(async () => {
  api = await startDetectionApi(() => now)
})
afterEach(async () => {
  await api.stop()
})

const call = async (method: InjectOptions['method'], path: string, body?: object) => {
  const headers = { authorization: 'Bearer x' }
  const request = { method: method ?? 'GET', url: `/api/v1${path}`, headers }
  const answer = await api.app.inject(body === undefined ? request : { ...request, payload: body })
  return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) }
}

/** One home with one account each, far apart and at the same time: alone each is innocent. */
const lyon: readonly PlayRecord[] = daily(everyNth(30, 1), {
  minutes: 90,
  with: { account: ANN, accountName: 'Ann', source: 'plex:house' },
})
const bordeaux: readonly PlayRecord[] = daily(everyNth(30, 2), {
  place: 'bordeaux',
  network: '198.51.100.9',
  minutes: 90,
  with: { account: ANNA, accountName: 'Anna', source: 'jellyfin:attic' },
})

const confidences = async () =>
  Object.fromEntries(
    (await api.store.assessments.list()).rows.map(({ account, confidence }) => [
      account,
      confidence,
    ]),
  )
const findings = async () => (await api.store.findings.list({ limit: 1000 })).rows

const userOf = (id: string, name: string, email: string | null = null) => ({
  account: `server:house:${id}`,
  name,
  email,
})
const roll = async (users: ReturnType<typeof userOf>[], played: string[] = []) =>
  await keepRoll(
    {
      store: api.store,
      now: () => now,
      latestPlay: async (account) =>
        (await api.store.history.playsOf(account, 0, now)).at(-1) ?? null,
    },
    { server: 'house', users },
    played,
  )

test('two accounts that are innocent each alone are shared as one person; split, they are innocent again', async () => {
  await api.judge(lyon)
  await api.judge(bordeaux)
  expect(await findings()).toEqual([])
  const merged = await call('POST', '/people/merge', { accounts: [ANN, ANNA], name: 'Ann' })
  expect(merged).toMatchObject({ status: 200, body: { name: 'Ann' } })
  const shared = await confidences()
  expect(Object.keys(shared)).toEqual([ANN])
  expect(shared[ANN]).toBeGreaterThan(60)
  // What plays from now on is judged as the person's: in Sydney while the other account is at home.
  const away = { with: { account: ANNA, source: 'jellyfin:attic' }, minutes: 90 } as const
  await api.judge(daily([29], { ...away, place: 'sydney', network: '192.0.2.77' }))
  const found = await findings()
  expect(found.map(({ kind }) => kind)).toContain('simultaneous_places')
  expect(new Set(found.map(({ account }) => account))).toEqual(new Set([ANN]))
  const { id } = merged.body
  expect((await call('POST', `/people/${id}/split`, { accounts: [ANNA] })).status).toBe(200)
  const split = await confidences()
  expect(Object.keys(split).sort()).toEqual([ANNA, ANN])
  expect(split[ANN]).toBeLessThan(30)
  expect((await call('GET', '/people?merged=true')).body.items).toEqual([])
})

test('homes said of a person hold for each of the accounts, and go on when they are split', async () => {
  await api.judge(lyon)
  await api.judge(bordeaux)
  const { id } = (await call('POST', '/people/merge', { accounts: [ANN, ANNA] })).body
  const path = `/people/${id}/homes`
  expect((await confidences())[ANN]).toBeGreaterThan(60)
  const add = ['198.51.100.0/28', '2001:db8::/48']
  const said = await call('PATCH', path, { add })
  expect(said).toEqual({ status: 200, body: { accounts: [ANN, ANNA], homes: add } })
  expect((await confidences())[ANN]).toBeLessThan(30)
  expect((await call('PATCH', path, { add: [' 198.51.100.0/28 '] })).body.homes).toEqual(add)
  expect((await api.store.feedback.list()).rows).toHaveLength(4)
  await call('POST', `/people/${id}/split`, {})
  expect((await call('GET', `/people/${ANNA}/homes`)).body.homes).toEqual(add)
  const left = await call('PATCH', `/people/${ANNA}/homes`, { remove: ['2001:db8::/48'] })
  expect(left.body).toEqual({ accounts: [ANNA], homes: ['198.51.100.0/28'] })
  expect((await call('GET', `/people/${ANN}/homes`)).body.homes).toEqual(add)
})

test('a home has one spelling, also one that an older release kept as it was written', async () => {
  await api.store.history.upsertPlays([...lyon])
  const path = `/people/${ANN}/homes`
  const old = { account: ANN, kind: 'home', verdict: 'fine', by: 'x', at: now } as const
  await api.store.feedback.put({ id: 'old', value: '2001:DB8:0::/32', ...old })
  await api.store.feedback.put({ id: 'wide', value: '0.0.0.0/0', ...old })
  const homes = async () => (await call('GET', path)).body.homes
  expect(await homes()).toEqual(['0.0.0.0/0', '2001:db8::/32'])
  expect((await call('PATCH', path, { remove: ['0/0'] })).body.homes).toEqual(['2001:db8::/32'])
  const add = ['2001:db8::/32', '203.0.113.77/24', '203.0.113.0/24']
  expect((await call('PATCH', path, { add })).body.homes).toEqual([
    '2001:db8::/32',
    '203.0.113.0/24',
  ])
  expect((await api.store.feedback.list()).rows).toHaveLength(2)
  const again = { kind: 'home', value: '2001:db8:0:0::/32' }
  expect((await call('POST', `/accounts/${ANN}/feedback`, again)).body.id).toBe('old')
  const remove = ['2001:DB8::/32', '203.0.113.0-203.0.113.255']
  expect((await call('PATCH', path, { remove })).body.homes).toEqual([])
  expect((await api.store.feedback.list()).rows).toEqual([])
})

test('homes of nobody, and what is no network or not among them, are refused', async () => {
  await api.store.history.upsertPlays([...lyon])
  const of = async (id: string, body: object) => {
    const { status, body: problem } = await call('PATCH', `/people/${id}/homes`, body)
    return [status, problem.detail]
  }
  const add = ['203.0.113.9']
  expect(await of('nobody', { add })).toEqual([404, "There is no account 'nobody'."])
  expect(await of('server:x:0', { add })).toEqual([400, "'server:x:0' is nobody's account."])
  expect(await of(ANN, { add: ['10.0/99'] })).toEqual([400, "'10.0/99' is no network."])
  for (const value of ['0.0.0.0/0', '::/0']) {
    const [status, why] = await of(ANN, { add: [value] })
    expect([status, why]).toEqual([400, expect.stringContaining(`'${value}' is too wide`)])
    const word = { kind: 'home', value }
    expect(await call('POST', `/accounts/${ANN}/feedback`, word)).toMatchObject({
      status: 400,
      body: { detailId: 'home.wide', values: { value } },
    })
  }
  expect(await of(ANN, { remove: add })).toEqual([404, "'203.0.113.9' is not among the homes."])
  expect((await of(ANN, {}))[0]).toBe(400)
  expect((await api.store.feedback.list()).rows).toEqual([])
})

test('a person is shown by his id, and by any account of his', async () => {
  const { id } = (await call('POST', '/people/merge', { accounts: [ANN, ANNA], name: 'Ann' })).body
  for (const name of [id, ANN, ANNA])
    expect((await call('GET', `/people/${encodeURIComponent(name)}`)).body).toMatchObject({
      id,
      name: 'Ann',
      accounts: [{ account: ANN }, { account: ANNA }],
    })
  expect(await call('GET', '/people/nobody')).toMatchObject({
    status: 404,
    body: { detailId: 'people.missing', values: { id: 'nobody' } },
  })
  await call('POST', `/people/${id}/split`, {})
})

test('reports read a person’s plays as one account', async () => {
  const people = peopleView([{ id: 'p', name: null, accounts: [ANN, ANNA] }])
  const other = daily([1], { with: { account: 'own:x' } })
  async function* all() {
    for (const plays of [bordeaux, lyon, other]) yield await Promise.resolve(plays)
  }
  const read: (readonly PlayRecord[])[] = []
  for await (const plays of playsByPerson(all(), people)) read.push(plays)
  expect(read.map((plays) => [plays[0]?.account, plays.length])).toEqual([
    ['own:x', 1],
    [ANN, lyon.length + bordeaux.length],
  ])
  const starts = read[1]?.map(({ startedAt }) => startedAt) ?? []
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
})

test('users are listed with their servers; who is removed keeps his history and says so', async () => {
  await api.store.history.upsertPlays([...lyon])
  await roll([userOf('1', 'Ann', 'ann@example.net'), userOf('2', 'Bob')])
  await roll([userOf('2', 'Robert')], [ANN, 'server:house:2', 'server:house:7'])
  const { body } = await call('GET', '/people')
  expect(body.items).toMatchObject([
    { id: ANN, name: 'Ann', accounts: [{ email: 'ann@example.net', removedAt: now }] },
    { id: 'server:house:2', name: 'Robert', accounts: [{ removedAt: null }] },
    { id: 'server:house:7', accounts: [{ removedAt: now }] },
  ])
  const first = (await call('GET', '/people?limit=2')).body
  expect(first.items).toEqual(body.items.slice(0, 2))
  const rest = (await call('GET', `/people?limit=2&after=${first.next}`)).body
  expect(rest).toEqual({ items: body.items.slice(2), next: null })
  expect((await call('GET', '/people?removed=true')).body.items).toHaveLength(2)
  expect((await call('GET', '/people?q=robert')).body.items).toHaveLength(1)
  expect((await api.store.history.playsOf(ANN, 0, now)).length).toBe(lyon.length)
  await roll([userOf('1', 'Ann'), userOf('2', 'Robert')])
  expect((await call('GET', '/people?removed=true')).body.items).toHaveLength(1)
})

test('merging those who are merged already makes one of all; bad requests say what is wrong', async () => {
  const [a, b, c, d] = ['server:x:1', 'server:y:1', 'server:z:1', 'own:ann']
  const first = await call('POST', '/people/merge', { accounts: [a, b] })
  await call('POST', '/people/merge', { accounts: [c, d], name: 'Ann' })
  const all = await call('POST', '/people/merge', { accounts: [b, d] })
  expect(all.body).toMatchObject({ id: first.body.id, name: 'Ann' })
  expect(all.body.accounts.map(({ account }: { account: string }) => account)).toEqual([a, b, c, d])
  expect((await call('GET', '/people')).body.items).toHaveLength(1)
  expect((await call('POST', '/people/merge', { accounts: [a] })).status).toBe(400)
  const nobody = await call('POST', '/people/merge', { accounts: [a, 'server:x:0'] })
  expect(nobody).toMatchObject({
    status: 400,
    body: { detail: "'server:x:0' is nobody's account." },
  })
  expect((await call('POST', '/people/nope/split', {})).status).toBe(404)
  const stranger = await call('POST', `/people/${first.body.id}/split`, { accounts: ['own:bob'] })
  expect(stranger.status).toBe(400)
  expect((await call('POST', `/people/${first.body.id}/split`, {})).status).toBe(200)
  expect((await call('GET', '/people')).body.items).toEqual([])
})

test('viewers who have not signed in are no account, judged by hand or by a release before', async () => {
  const LOCAL = 'server:house:0'
  const plays = lyon.map((play) => ({ ...play, account: LOCAL, accountName: 'Local' }))
  await api.store.history.upsertPlays([
    ...plays,
    ...lyon.map((play) => ({ ...play, id: `a ${play.id}`, accountName: 'Local' })),
  ])
  await api.store.assessments.put({
    account: LOCAL,
    name: 'Local',
    confidence: 100,
    flagged: false,
    at: now - DAY,
    plays: 30,
    detail: {},
  })
  expect(await call('POST', '/sharing/assess', {})).toMatchObject({ body: { assessed: 1 } })
  expect(await call('GET', '/sharing')).toMatchObject({ body: { items: [{ account: ANN }] } })
  expect((await call('POST', `/accounts/${LOCAL}/sharing`)).status).toBe(404)
  expect((await call('GET', `/accounts/${LOCAL}/sharing`)).status).toBe(404)
  expect(Object.keys(await confidences())).toEqual([ANN])
})
