import { LINT_TEXTS } from '../../../../detect/rules/lint-texts.ts'
import { DETAILS, TITLES } from '../../../../plugins/problem-texts.ts'

type Prefixed<P extends string, T> = { readonly [K in keyof T & string as `${P}.${K}`]: T[K] }

const prefixed = <P extends string, T extends Readonly<Record<string, string>>>(
  prefix: P,
  texts: T,
) =>
  Object.fromEntries(
    Object.entries(texts).map(([id, text]) => [`${prefix}.${id}`, text]),
  ) as Prefixed<P, T>

/** English words of refusals and of odd rules, as the control plane says them, and of values that are not taken. */
export const enProblems = {
  ...prefixed('problem', TITLES),
  ...prefixed('detail', DETAILS),
  ...prefixed('lint', LINT_TEXTS),
  'invalid.minLength': {
    one: 'must have {n} character or more',
    other: 'must have {n} characters or more',
  },
  'invalid.maxLength': {
    one: 'must have {n} character or fewer',
    other: 'must have {n} characters or fewer',
  },
  'invalid.minimum': 'must be {limit} or more',
  'invalid.maximum': 'must be {limit} or less',
  'invalid.minItems': {
    one: 'must have {n} entry or more',
    other: 'must have {n} entries or more',
  },
  'invalid.maxItems': {
    one: 'must have {n} entry or fewer',
    other: 'must have {n} entries or fewer',
  },
  'invalid.minProperties': 'must have a field',
  'invalid.type': 'must be of type {limit}',
  'invalid.enum': 'must be one of {limit}',
  'invalid.required': 'needs {limit}',
  'invalid.pattern': 'has the wrong form',
  'invalid.format': 'has the wrong form',
  'invalid.additionalProperties': 'knows no {limit}',
} as const
