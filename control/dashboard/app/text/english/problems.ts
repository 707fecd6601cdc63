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
  'invalid.minLength': 'must have {limit} characters or more',
  'invalid.maxLength': 'must have {limit} characters or fewer',
  'invalid.minimum': 'must be {limit} or more',
  'invalid.maximum': 'must be {limit} or less',
  'invalid.minItems': 'must have {limit} entries or more',
  'invalid.maxItems': 'must have {limit} entries or fewer',
  'invalid.minProperties': 'must have a field',
  'invalid.type': 'must be of type {limit}',
  'invalid.enum': 'must be one of {limit}',
  'invalid.required': 'needs {limit}',
  'invalid.pattern': 'has the wrong form',
  'invalid.format': 'has the wrong form',
  'invalid.additionalProperties': 'knows no {limit}',
} as const
