import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  banKey,
  cloneKey,
  deviceSubject,
  inferredKey,
  leaseKey,
  leaseSteps,
  packLease,
  readDeviceSubject,
  renewedLease,
  unpackLease,
} from '#domain/viewer/lease'
import { nodeCrypto } from '../node-crypto.ts'

const NOW = 1_795_000_000

describe('a packed lease', () => {
  test('is one safe integer that comes back, whatever the network, time and age', () => {
    const networks = fc.integer({ min: 0, max: 0xffffffff })
    const ages = fc.integer({ min: 0, max: 65_535 })
    const steps = fc.constantFrom(...leaseSteps)
    fc.assert(
      fc.property(
        networks,
        ages,
        steps,
        fc.integer({ min: 0, max: 10 ** 9 }),
        (network, age, ttlSec, shift) => {
          const now = NOW + shift
          const packed = packLease({ network, ttlSec, seen: now - age })
          expect(Number.isSafeInteger(packed)).toBe(true)
          expect(unpackLease(packed, now)).toEqual({ network, ttlSec, seen: now - age })
          expect(renewedLease(packed, now)).toBe(packLease({ network, ttlSec, seen: now }))
        },
      ),
    )
  })

  test('rounds its time up to a step', () => {
    const ttl = (ttlSec: number) =>
      unpackLease(packLease({ network: 1, ttlSec, seen: NOW }), NOW).ttlSec
    expect([1, 30, 31, 61, 180, 43_200, 999_999].map(ttl)).toEqual([
      5, 30, 40, 75, 180, 43_200, 43_200,
    ])
    expect([...leaseSteps].sort((a, b) => a - b)).toEqual([...leaseSteps])
    expect(leaseSteps).toHaveLength(32)
  })
})

test('keys are sixteen characters and never meet', () => {
  const keys = [
    leaseKey(nodeCrypto, 'p', 'c'),
    leaseKey(nodeCrypto, 'p', 'd'),
    cloneKey(nodeCrypto, 'p', 'c', '192.0.2.1'),
    inferredKey(nodeCrypto, 't', 'c', '192.0.2.1'),
    banKey(nodeCrypto, 'account', 'x'),
    banKey(nodeCrypto, 'network', 'x'),
    banKey(nodeCrypto, 'device', 'x'),
    banKey(nodeCrypto, 'download', 'x'),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.every((key) => /^[A-Za-z0-9_-]{16}$/.test(key))).toBe(true)
  expect(leaseKey(nodeCrypto, 'pass', 'ch1')).toBe(nodeCrypto.sha256('pass/ch1').slice(0, 16))
  expect(banKey(nodeCrypto, 'account', 'own:1')).toBe(
    nodeCrypto.sha256('account:own:1').slice(0, 16),
  )
})

test('a device subject is read from the right, for an account may contain a bar', () => {
  expect(readDeviceSubject('backend:x:a|b|one|dev')).toEqual({
    account: 'backend:x:a|b',
    channel: 'one',
    device: 'dev',
  })
  expect(readDeviceSubject('dev')).toEqual({ account: '', channel: '', device: 'dev' })
  const said = { account: 'own:1', channel: 'one', device: 'dev' }
  expect(readDeviceSubject(deviceSubject('own:1', 'one', 'dev'))).toEqual(said)
})
