import { afterAll, beforeAll, describe } from 'vitest'
import type { Store } from '../../control/store/store.ts'
import { describeHistory } from './history-contract.ts'
import { describeLists } from './list-contract.ts'
import { describeNouns } from './noun-contract.ts'
import { describeRecount } from './recount-contract.ts'
import { describeRollUps } from './roll-up-contract.ts'

/** A fresh, empty store and how to put it away. */
export interface TestStore {
  readonly store: Store
  remove(): Promise<void>
}

/** Random histories that are counted anew. */
const HISTORIES = 2000

/** A store is accepted when it passes; every part starts with an empty one. */
export function describeStore(engine: string, open: () => Promise<TestStore>): void {
  const parts = {
    nouns: describeNouns,
    lists: describeLists,
    history: describeHistory,
    recount: (store: () => Store) => describeRecount(store, HISTORIES),
  }
  describe(engine, () => {
    for (const [part, describePart] of Object.entries({ ...parts, rollUps: describeRollUps })) {
      describe(part, () => {
        let current: TestStore | undefined
        beforeAll(async () => {
          current = await open()
        })
        afterAll(() => current?.remove())
        describePart(() => {
          if (current === undefined) throw new Error('the store is not open')
          return current.store
        })
      })
    }
  })
}
