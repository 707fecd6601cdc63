import { expect, test } from 'vitest'
import { createPasswordCache } from '../../../control/accounts/password-cache.ts'
import { hashPassword } from '../../../control/accounts/secrets.ts'

const serverKey = () => new Uint8Array(32).fill(7)

test('two passwords are checked at once, 64 wait, and what comes beyond is refused unseen', async () => {
  const passwords = createPasswordCache(serverKey)
  const stored = await hashPassword('right')
  const login = (at: number) => ({ username: `user-${at}`, password: 'right' })
  const asked = Array.from({ length: 70 }, (_, at) => passwords.verify(login(at), stored))
  const answers = await Promise.all(asked)
  expect(answers.slice(0, 66).every(Boolean)).toBe(true)
  expect(answers.slice(66)).toEqual([false, false, false, false])
  // Refused for want of room only: with room it is right.
  expect(await passwords.verify(login(69), stored)).toBe(true)
})

test('a password that was right is not remembered for a new hash, a wrong one and an unknown user never are', async () => {
  const passwords = createPasswordCache(serverKey)
  const login = { username: 'mary', password: 'right' }
  expect(await passwords.verify(login, await hashPassword('right'))).toBe(true)
  expect(await passwords.verify(login, await hashPassword('changed'))).toBe(false)
  expect(await passwords.verify({ ...login, username: 'nobody' }, null)).toBe(false)
})
