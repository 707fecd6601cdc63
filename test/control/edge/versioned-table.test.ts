import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVersionedTable, type VersionedTable } from '../../../control/edge/versioned-table.ts'

/** Applies pages as an edge does. */
const fetchAll = (
  table: VersionedTable,
  have: Map<string, string>,
  from: string | null,
): string => {
  let cursor: number | null = 0
  let to = ''
  while (cursor !== null) {
    const page = table.page(from, cursor)
    if (page.from === null && cursor === 0) have.clear()
    for (const [key, value] of Object.entries(page.set)) have.set(key, value)
    for (const key of page.delete) have.delete(key)
    cursor = page.next
    to = page.to
  }
  return to
}

const replace = async (table: VersionedTable, next: Map<string, string>) =>
  (await table.prepare(next))()

const rows = (size: number, mark: string): Map<string, string> =>
  new Map(Array.from({ length: size }, (_, i) => [`k${i}`, `${mark}${i}`]))

describe('versioned table', () => {
  it('gives a new edge everything, in pages', async () => {
    const table = createVersionedTable()
    await replace(table, rows(3500, 'a'))
    const have = new Map<string, string>()
    expect(fetchAll(table, have, null)).toBe(table.version())
    expect(have).toEqual(rows(3500, 'a'))
    expect(table.page(null, 0).next).toBe(1000)
  })

  it('keeps the version when nothing changed, whatever the order', async () => {
    const table = createVersionedTable()
    expect(
      await replace(
        table,
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      ),
    ).toBe(true)
    expect(
      await replace(
        table,
        new Map([
          ['b', '2'],
          ['a', '1'],
        ]),
      ),
    ).toBe(false)
  })

  it('starts anew from an unknown version', async () => {
    const table = createVersionedTable()
    await replace(table, rows(3, 'a'))
    expect(table.page('elsewhere', 0).from).toBeNull()
  })

  it('brings any old copy to the present content by differences', async () => {
    const content = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 2, maxLength: 4 }), async (contents) => {
        const table = createVersionedTable()
        const have = new Map<string, string>()
        let version: string | null = null
        for (const next of contents) {
          await replace(table, new Map(Object.entries(next)))
          version = fetchAll(table, have, version)
          expect(Object.fromEntries(have)).toEqual(next)
        }
      }),
    )
  })
})
