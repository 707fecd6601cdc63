import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimValues, PENDING_MS, roleOfValues } from '../../../control/operators/oidc.ts'
import { tempDir } from '../../support/cleanup.ts'
import { SECRET } from '../../support/oidc/provider.ts'
import { CALLBACK_BASE, type OidcWorld, signInAtProvider, startOidcWorld } from './oidc-world.ts'

let world: OidcWorld

beforeAll(async () => {
  const file = join((await tempDir()).path, 'client.secret')
  writeFileSync(file, `${SECRET}\n`)
  world = await startOidcWorld({ client_secret_file: file })
})
afterAll(async () => await world?.stop())

interface Answer {
  readonly status: number
  readonly place: string
  readonly cookies: readonly { name: string; value: string }[]
}

const get = async (url: string, cookies: Record<string, string> = {}): Promise<Answer> => {
  const answer = await world.app.inject({ method: 'GET', url, cookies })
  return {
    status: answer.statusCode,
    place: answer.headers.location ?? '',
    cookies: answer.cookies,
  }
}

const begin = async () => {
  const { place, cookies } = await get('/api/v1/auth/oidc')
  const pending = cookies.find(({ name }) => name === 'gatehouse-oidc')
  return { place, pending }
}

const finish = async (place: string, pending: string): Promise<Answer> =>
  await get(place.replace(CALLBACK_BASE, ''), { 'gatehouse-oidc': pending })

const signInAs = async (login: string): Promise<Answer> => {
  const { place, pending } = await begin()
  return await finish(await signInAtProvider(place, login), pending?.value ?? '')
}

const stateOf = async (answer: Answer) => {
  const session = answer.cookies.find(({ name }) => name === 'gatehouse-session')?.value ?? ''
  const { body } = await world.app.inject({
    url: '/api/v1/auth',
    cookies: { 'gatehouse-session': session },
  })
  return JSON.parse(body) as { user: unknown; permissions: string[]; oidc: unknown }
}

describe('sign-in by OpenID Connect', () => {
  test('leads to the provider with PKCE, state and nonce, and keeps nothing readable in the browser', async () => {
    const { place, pending } = await begin()
    const asked = Object.fromEntries(new URL(place).searchParams)
    expect(asked).toMatchObject({
      client_id: 'gatehouse',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${CALLBACK_BASE}/api/v1/auth/oidc/callback`,
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked[name]?.length).toBeGreaterThan(30)
    expect(pending).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
      path: '/gatehouse',
      secure: true,
    })
    expect(pending?.value).not.toContain(asked['state'] ?? '-')
  })

  test('gives the role of the highest group, whichever was given before', async () => {
    const answer = await signInAs('olga')
    expect([answer.status, answer.place]).toEqual([302, '/gatehouse/'])
    const cookie = answer.cookies.find(({ name }) => name === 'gatehouse-session')
    expect(cookie).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
      path: '/gatehouse',
      secure: true,
    })
    expect(await stateOf(answer)).toMatchObject({
      user: { name: 'oidc:olga', role: 'owner' },
      oidc: { name: 'Our house' },
    })
    await world.signIns.operators.put('oidc:olga', { role: 'viewer' })
    expect(await stateOf(await signInAs('olga'))).toMatchObject({ user: { role: 'owner' } })
    expect(await stateOf(await signInAs('vera'))).toMatchObject({ user: { role: 'viewer' } })
    const { rows } = await world.store.operators.list()
    expect(rows.map(({ name }) => name).toSorted()).toEqual(['oidc:olga', 'oidc:vera'])
  })

  test('refuses clearly who has no role, and makes no account of him', async () => {
    const answer = await signInAs('ivan')
    expect(answer.place).toBe('/gatehouse/#/sign-in?problem=oidc.no_role')
    expect(answer.cookies.map(({ name }) => name)).not.toContain('gatehouse-session')
    expect(await world.store.operators.byName('oidc:ivan')).toBeNull()
    const { rows } = await world.store.audit.list({ where: { action: 'sign-in.refused' } })
    expect(rows).toMatchObject([{ subject: 'Ivan', after: { claimed: ['staff'] } }])
  })

  test('takes no answer twice, of another browser, altered or late', async () => {
    const one = await begin()
    const back = await signInAtProvider(one.place, 'olga')
    const other = await begin()
    const refused = '/gatehouse/#/sign-in?problem=oidc.refused'
    expect((await finish(back, other.pending?.value ?? '')).place).toBe(refused)
    expect((await finish(back, 'junk')).place).toBe(refused)
    expect((await get(back.replace(CALLBACK_BASE, ''))).place).toContain('oidc.expired')
    const wrong = back.replace(/state=[^&]+/, 'state=another')
    expect((await finish(wrong, one.pending?.value ?? '')).place).toBe(refused)
    expect((await finish(back, one.pending?.value ?? '')).place).toBe('/gatehouse/')
    expect((await finish(back, one.pending?.value ?? '')).place).toBe(refused)
    const denied = await begin()
    const state = new URL(denied.place).searchParams.get('state') ?? ''
    const said = `${CALLBACK_BASE}/api/v1/auth/oidc/callback?error=access_denied&state=${state}`
    expect((await finish(said, denied.pending?.value ?? '')).place).toBe(refused)
    const late = await begin()
    const lateBack = await signInAtProvider(late.place, 'olga')
    world.clock.now += PENDING_MS + 1000
    expect((await finish(lateBack, late.pending?.value ?? '')).place).toBe(refused)
  })

  test('ends after a day, whatever is used meanwhile', async () => {
    const answer = await signInAs('vera')
    world.clock.now += 86_300_000
    expect(await stateOf(answer)).toMatchObject({ user: { name: 'oidc:vera' } })
    world.clock.now += 200_000
    expect(await stateOf(answer)).toMatchObject({ user: null })
  })
})

test('a provider that is away is said so, and asked again', async () => {
  const lost = await startOidcWorld({ issuer: 'http://127.0.0.1:9/' })
  const { headers } = await lost.app.inject('/api/v1/auth/oidc')
  expect(headers.location).toBe('/gatehouse/#/sign-in?problem=oidc.unreachable')
  await lost.stop()
})

test('claims are found by name and by path, and mapped to the highest role', () => {
  const claims = { 'a.b': 'flat', realm: { roles: ['x', '', 7] }, role: 'y' }
  expect(claimValues(claims, 'a.b')).toEqual(['flat'])
  expect(claimValues(claims, 'realm.roles')).toEqual(['x'])
  expect(claimValues(claims, 'none.at.all')).toEqual([])
  const roles = { owner: ['a'], operator: ['b'], viewer: ['*'] }
  expect(roleOfValues(['b', 'a'], roles)).toBe('owner')
  expect(roleOfValues([], roles)).toBe('viewer')
  expect(roleOfValues(['c'], { ...roles, viewer: [] })).toBeNull()
})
