import type { Static } from 'typebox'
import { describe, expectTypeOf, it } from 'vitest'
import type { Config } from '../../../../control/config/schema/schema.ts'
import type { syncRequestSchema } from '../../../../control/routes/edge/schemas.ts'
import type { SyncRequest } from '../../../../njs/domain/channels/protocol.ts'
import type { FailMode, GroupBinding, Limitation } from '../../../../njs/domain/types.ts'

type Writable<T> = T extends (infer Item)[] | readonly (infer Item)[]
  ? T extends readonly [unknown, ...unknown[]]
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : Writable<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T

type Group = Config['groups'][number]

describe('schemas and domain types are equal', () => {
  it('for a sync request', () => {
    expectTypeOf<Writable<Static<typeof syncRequestSchema>>>().toEqualTypeOf<
      Writable<SyncRequest>
    >()
  })

  it('for the words of a group', () => {
    expectTypeOf<Group['fail_mode']>().toEqualTypeOf<FailMode>()
    expectTypeOf<Group['limitation']>().toEqualTypeOf<Limitation>()
    expectTypeOf<Config['edge']['group_binding']>().toEqualTypeOf<GroupBinding>()
  })
})
