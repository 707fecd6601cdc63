import { expect, it } from 'vitest'
import { createKeyRing } from '../../../control/keys/key-ring.ts'
import type { SigningKey } from '../../../control/store/tables/records.ts'

const database = () => {
  const rows = new Map<string, SigningKey>()
  return {
    list: async () => await Promise.resolve([...rows.values()]),
    put: async (key: SigningKey) => {
      await Promise.resolve(rows.set(key.kid, key))
    },
  }
}

it('signs with a new key only when every control plane knows it', async () => {
  const store = database()
  let now = 1000
  const options = { clock: () => now, settleMs: 12_000 }
  const first = await createKeyRing(store, now, options)
  const second = await createKeyRing(store, now, options)
  expect(second.edgeKeys()).toEqual(first.edgeKeys())
  const old = first.current().kid
  const kid = await first.rotate(now)
  expect(first.current().kid).toBe(old)
  expect(first.secret(kid)).toBeDefined()
  await second.reload()
  const before = second.edgeKeys()
  expect(Object.keys(before.secrets)).toContain(String(kid))
  now += 12_000
  expect([first.current().kid, second.current().kid]).toEqual([kid, kid])
  expect(second.edgeKeys().version).not.toBe(before.version)
  expect(second.edgeKeys()).toEqual(first.edgeKeys())
})

it('signs at once where there is one control plane', async () => {
  const now = 1000
  const ring = await createKeyRing(database(), now, { clock: () => now })
  expect(ring.current().kid).toBe(1)
  expect(await ring.rotate(now)).toBe(ring.current().kid)
})
