import { expect, test } from 'vitest'
import { BAN_KINDS, BAN_REASONS, isReasonId, REASONS } from '#domain/reasons'

test('each kind of ban has its reason, and no reason of a ban is without a kind', () => {
  expect(BAN_KINDS).toEqual(['session', 'device', 'download', 'account', 'network'])
  const reasons = Object.keys(REASONS).filter((reason) => reason.startsWith('ban.'))
  expect(Object.values(BAN_REASONS).toSorted()).toEqual(reasons.toSorted())
  expect(BAN_KINDS.map((kind) => BAN_REASONS[kind])).toEqual(BAN_KINDS.map((kind) => `ban.${kind}`))
})

test('only what the table holds is a reason', () => {
  expect(isReasonId('ban.network')).toBe(true)
  expect(isReasonId('ban.household')).toBe(false)
  expect(isReasonId('toString')).toBe(false)
})
