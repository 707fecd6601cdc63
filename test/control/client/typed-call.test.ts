import { describe, expectTypeOf, it } from 'vitest'
import type { AnswerOf, BodyOf, PathFor } from '../../../control/client/typed-call.ts'

describe('the typed client', () => {
  it('knows what an operation answers by its path, parameters and query', () => {
    type Shown = AnswerOf<'GET', `/accounts/${string}`>
    expectTypeOf<Shown['maxSessions']>().toEqualTypeOf<number | null>()
    expectTypeOf<AnswerOf<'GET', `/accounts/${string}/trust`>['ledger']>().toBeArray()
    type Listed = AnswerOf<'GET', '/accounts' | `/accounts?${string}`>
    expectTypeOf<Listed['items'][number]>().toEqualTypeOf<Shown>()
    expectTypeOf<AnswerOf<'DELETE', `/rules/${string}`>>().toEqualTypeOf<null>()
  })

  it('knows the fields of a body', () => {
    expectTypeOf<keyof BodyOf<'POST', '/bans'>>().toEqualTypeOf<
      'kind' | 'subject' | 'seconds' | 'note'
    >()
    expectTypeOf<BodyOf<'GET', '/accounts'>>().toEqualTypeOf<never>()
  })

  it('has no place for a path or a method there is none of', () => {
    expectTypeOf<PathFor<'GET', '/acounts'>>().toEqualTypeOf<never>()
    expectTypeOf<PathFor<'PUT', '/accounts'>>().toEqualTypeOf<never>()
    expectTypeOf<PathFor<'GET', `/accounts/${string}/nothing`>>().toEqualTypeOf<never>()
    expectTypeOf<PathFor<'GET', string>>().toEqualTypeOf<never>()
    expectTypeOf<PathFor<'GET', '/accounts'>>().toEqualTypeOf<'/accounts'>()
  })
})
