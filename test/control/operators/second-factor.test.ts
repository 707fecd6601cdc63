import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecretBox } from '../../../control/keys/secret-box.ts'
import {
  createSecondFactors,
  type SecondFactors,
} from '../../../control/operators/second-factor.ts'
import { createSignIns, type SignIns } from '../../../control/operators/sign-ins.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { tempDir } from '../../support/temp-dir.ts'

const origin = { address: '127.0.0.1', agent: 'test' }
const password = 'long enough'
let folder: Awaited<ReturnType<typeof tempDir>>
let store: Store
let factors: SecondFactors
let signIns: SignIns
let now = Date.UTC(2026, 0, 1)

beforeAll(async () => {
  folder = await tempDir()
  store = await openStore({ url: join(folder.path, 'x.duckdb') })
  factors = createSecondFactors(store, createSecretBox(join(folder.path, 'key')), () => now)
  signIns = createSignIns(store, () => now, factors)
})
afterAll(async () => {
  await store.close()
  await folder.remove()
})

/** The code of an authenticator app. */
const codeOf = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now })

const signIn = async (code?: string) => await signIns.withPassword('olga', password, origin, code)

test('a code is asked for from the first right one on, is taken once, and may be half a minute late', async () => {
  const olga = await signIns.operators.put('olga', { role: 'owner', password })
  const offer = await factors.offer(olga)
  if (offer === null) throw new Error('no offer')
  expect(offer.uri).toMatch(/^otpauth:\/\/totp\/Gatehouse:olga\?/)
  expect(JSON.stringify(await store.secondFactors.list())).not.toContain(offer.secret)
  expect(await signIn()).toHaveProperty('secret')
  expect(await factors.confirm(olga.id, '000000')).toBe(false)
  const first = codeOf(offer.secret)
  expect(await factors.confirm(olga.id, first)).toBe(true)
  expect(await factors.offer(olga)).toBeNull()
  expect(await signIn()).toEqual({ refused: 'code' })
  expect(await signIn(first)).toEqual({ refused: 'wrong' })
  now += 30_000
  const atOnce = await Promise.all(
    Array.from({ length: 8 }, () => factors.accepts(olga.id, codeOf(offer.secret))),
  )
  expect(atOnce.filter(Boolean)).toHaveLength(1)
  now += 30_000
  const late = codeOf(offer.secret)
  now += 30_000
  expect(await signIn(late)).toHaveProperty('secret')
  now += 120_000
  expect(await signIn(late)).toEqual({ refused: 'wrong' })
  expect(await signIns.withPassword('olga', 'another one', origin, codeOf(offer.secret))).toEqual({
    refused: 'wrong',
  })
  expect(await signIn(codeOf(offer.secret))).toHaveProperty('secret')
})

test('guesses of codes are slowed as those of passwords; a link still opens, and who goes takes the factor along', async () => {
  now += 3_600_001
  for (const code of ['000001', '000002', '000003']) await signIn(code)
  expect(await signIn('000004')).toMatchObject({ refused: 'wait' })
  const link = signIns.links.make({ kind: 'sign-in', user: 'olga' })
  const open = await signIns.withLink(link, null, origin)
  if (!('secret' in open)) throw new Error('the link does not open')
  await signIns.operators.remove(open.operator.id)
  expect(await factors.isOn(open.operator.id)).toBe(false)
})

test('browsers are listed and ended, by everybody their own', async () => {
  const pjotr = await signIns.operators.put('pjotr', { role: 'viewer', password })
  const lena = await signIns.operators.put('lena', { role: 'viewer', password })
  now += 3_600_001
  const open = await signIns.withPassword('pjotr', password, origin)
  if (!('secret' in open)) throw new Error(JSON.stringify(open))
  const id = signIns.idOf(open.secret)
  expect(await signIns.list(pjotr.id)).toEqual([expect.objectContaining({ id, agent: 'test' })])
  expect(await signIns.list(lena.id)).toEqual([])
  expect(await signIns.end(id, lena.id)).toBe(false)
  expect(await signIns.ofCookie(open.secret)).not.toBeNull()
  expect(await signIns.end(id, pjotr.id)).toBe(true)
  expect(await signIns.ofCookie(open.secret)).toBeNull()
  await signIns.withPassword('pjotr', password, origin)
  now += 8 * 86_400_000
  expect(await signIns.list(pjotr.id)).toEqual([])
})
