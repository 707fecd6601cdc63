import { expect, it } from 'vitest'
import { defaultRules } from '../../../../control/detect/rules/rules.ts'
import { isViolation } from '../../../../control/detect/scoring/violation.ts'

const violations = (isShared: boolean): string[] =>
  defaultRules()
    .filter((rule) => isViolation(rule, () => isShared))
    .map(({ kind }) => kind)

it('a family that travels, has many screens and uses a VPN violates nothing by the rules there are from the start', () => {
  expect(violations(false)).toEqual(['second_household', 'restreaming', 'leaked_copy'])
})

it('whoever is called shared violates by every one, but for a VPN', () => {
  const kinds = defaultRules().map(({ kind }) => kind)
  expect(violations(true)).toEqual(kinds.filter((kind) => kind !== 'hosting_network'))
})

it('a rule in force says what a violation is', () => {
  for (const rule of defaultRules())
    expect(isViolation({ ...rule, dry_run: false }, () => false)).toBe(true)
})
