import { expect, test } from 'vitest'
import type { Collection } from '../../../../control/store/tables/collection.ts'
import { gatheredPuts } from '../../../../control/store/tables/gathered-puts.ts'

/** A table that notes what is written together, and refuses what is named so. */
const noting = () => {
  const written: string[][] = []
  const putAll = async (rows: readonly string[]) => {
    await Promise.resolve()
    if (rows.includes('refused')) throw new Error('refused')
    written.push([...rows])
  }
  const table: Collection<string> = {
    get: () => Promise.resolve(null),
    put: async (row) => await putAll([row]),
    putAll,
    remove: () => Promise.resolve(false),
    list: () => Promise.resolve({ rows: [], next: null }),
  }
  return { written, table: gatheredPuts(table) }
}

test('rows that come while one is written go together, in their order', async () => {
  const { written, table } = noting()
  await Promise.all(['a', 'b', 'c', 'd'].map(async (row) => await table.put(row)))
  expect(written).toEqual([['a'], ['b', 'c', 'd']])
  await table.put('e')
  expect(written.at(-1)).toEqual(['e'])
})

test('who put what cannot be written hears of it, and the next write goes on', async () => {
  const { written, table } = noting()
  const results = await Promise.allSettled(
    ['a', 'refused', 'b'].map(async (row) => await table.put(row)),
  )
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  await table.put('c')
  expect(written).toEqual([['a'], ['c']])
})
