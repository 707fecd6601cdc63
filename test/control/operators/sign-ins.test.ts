import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSecretBox } from '../../../control/keys/secret-box.ts'
import { createSecondFactors } from '../../../control/operators/second-factor.ts'
import {
  createSignIns,
  type OpenSignIn,
  type SignIns,
} from '../../../control/operators/sign-ins.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { tempDir } from '../../support/temp-dir.ts'

const DAY_MS = 86_400_000
const origin = { address: '127.0.0.1', agent: 'test' }
let store: Store
let folder: Awaited<ReturnType<typeof tempDir>>
let now = Date.UTC(2026, 0, 1)
let signIns: SignIns

beforeAll(async () => {
  folder = await tempDir()
  store = await openStore({ url: join(folder.path, 'x.duckdb') })
  const factors = createSecondFactors(store, createSecretBox(join(folder.path, 'key')), () => now)
  signIns = createSignIns(store, () => now, factors)
})
afterAll(async () => {
  await store.close()
  await folder.remove()
})

const opened = (answer: OpenSignIn | object): OpenSignIn => {
  if (!('secret' in answer)) throw new Error(JSON.stringify(answer))
  return answer
}

describe('the first owner', () => {
  test('is made by the link alone, with a name and a password, once', async () => {
    expect(await signIns.operators.isEmpty()).toBe(true)
    const link = signIns.links.make({ kind: 'first-run' })
    expect(await signIns.withLink(link, null, origin)).toEqual({ refused: 'wrong' })
    expect(
      await signIns.withLink('guessed', { name: 'x', password: 'long enough' }, origin),
    ).toEqual({
      refused: 'wrong',
    })
    const owner = { name: ' Olga ', password: 'long enough' }
    const { operator } = opened(await signIns.withLink(link, owner, origin))
    expect(operator).toMatchObject({ name: 'olga', role: 'owner' })
    expect(await signIns.withLink(link, owner, origin)).toMatchObject({ refused: 'wrong' })
    const second = signIns.links.make({ kind: 'first-run' })
    now += 3_600_001
    expect(await signIns.withLink(second, owner, origin)).toEqual({ refused: 'wrong' })
  })

  test('signs in by password, whatever the case of the name', async () => {
    const { secret, csrf } = opened(await signIns.withPassword('OLGA', 'long enough', origin))
    expect(await signIns.ofCookie(secret)).toMatchObject({ csrf, operator: { name: 'olga' } })
    expect(csrf).not.toContain(secret)
    await signIns.signOut(secret)
    expect(await signIns.ofCookie(secret)).toBeNull()
  })
})

describe('nobody gets in', () => {
  test('with a wrong password, and has to wait after some tries', async () => {
    const elsewhere = { address: '198.51.100.7', agent: 'test' }
    const tries: unknown[] = []
    for (let n = 0; n < 4; n += 1)
      tries.push(await signIns.withPassword('olga', 'wrong', elsewhere))
    expect(tries).toEqual([
      { refused: 'wrong' },
      { refused: 'wrong' },
      { refused: 'wrong' },
      { refused: 'wait', waitSec: 1 },
    ])
    now += 3_600_001
  })

  test('who has no password, or by a link that is too old', async () => {
    await signIns.operators.put('guest', { role: 'viewer' })
    expect(await signIns.withPassword('guest', '', origin)).toEqual({ refused: 'wrong' })
    const link = signIns.links.make({ kind: 'sign-in', user: 'guest' })
    now += 15 * 60_000
    expect(await signIns.withLink(link, null, origin)).toEqual({ refused: 'wrong' })
    const fresh = signIns.links.make({ kind: 'sign-in', user: 'guest' })
    expect(opened(await signIns.withLink(fresh, null, origin)).operator.name).toBe('guest')
  })

  test('by a cookie that was idle for a week, or is a month old', async () => {
    const idle = opened(await signIns.withPassword('olga', 'long enough', origin))
    const used = opened(await signIns.withPassword('olga', 'long enough', origin))
    for (let day = 0; day < 30; day += 5) {
      now += 5 * DAY_MS
      if (day < 25) expect(await signIns.ofCookie(used.secret)).not.toBeNull()
    }
    expect(await signIns.ofCookie(idle.secret)).toBeNull()
    now += 1
    expect(await signIns.ofCookie(used.secret)).toBeNull()
  })
})

test('a new password, and being removed, end what was signed in', async () => {
  const guest = await signIns.operators.put('guest', { password: 'another one' })
  const { secret } = opened(await signIns.withPassword('guest', 'another one', origin))
  await signIns.operators.put('guest', { password: 'changed again' })
  expect(await signIns.ofCookie(secret)).toBeNull()
  const later = opened(await signIns.withPassword('guest', 'changed again', origin))
  expect(await signIns.operators.remove(guest.id)).toBe(true)
  expect(await signIns.ofCookie(later.secret)).toBeNull()
})

test('one changes the own password by the one of before; other browsers are signed out', async () => {
  const nina = await signIns.operators.put('nina', { role: 'viewer' })
  const first = opened(
    await signIns.changePassword(
      nina,
      { password: undefined, newPassword: 'the very first' },
      origin,
    ),
  )
  const { operator } = first
  const wrong = { password: undefined, newPassword: 'the second one' }
  expect(await signIns.changePassword(operator, wrong, origin)).toEqual({ refused: 'wrong' })
  const right = { password: 'the very first', newPassword: 'the second one' }
  const second = opened(await signIns.changePassword(operator, right, origin))
  expect(await signIns.ofCookie(first.secret)).toBeNull()
  expect(await signIns.ofCookie(second.secret)).not.toBeNull()
  const known = opened(await signIns.withPassword('nina', 'the second one', origin)).operator
  const guesses: unknown[] = []
  const guess = { password: 'a wrong guess', newPassword: 'taken over' }
  for (let n = 0; n < 4; n += 1) guesses.push(await signIns.changePassword(known, guess, origin))
  expect(guesses.at(-1)).toMatchObject({ refused: 'wait' })
  now += 3_600_001
})

test('only hashes are kept', async () => {
  const { secret } = opened(await signIns.withPassword('olga', 'long enough', origin))
  const kept = JSON.stringify([
    (await store.operators.list({ limit: 10 })).rows,
    (await store.signIns.list({ limit: 10 })).rows,
  ])
  expect(kept).not.toContain(secret)
  expect(kept).not.toContain('long enough')
  expect(kept).toContain('$argon2id$')
})
