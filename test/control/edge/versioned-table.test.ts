import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TablePage } from '#domain/channels/protocol'
import { createVersionedTable, type VersionedTable } from '../../../control/edge/versioned-table.ts'

/** Applies pages as an edge does. */
const fetchAll = async (
  table: VersionedTable,
  have: Map<string, string>,
  from: string | null,
): Promise<string> => {
  let cursor: number | null = 0
  let to = ''
  while (cursor !== null) {
    const page: TablePage = await table.page(from, cursor)
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
    expect(await fetchAll(table, have, null)).toBe(table.version())
    expect(have).toEqual(rows(3500, 'a'))
    expect((await table.page(null, 0)).next).toBe(1000)
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
    expect((await table.page('elsewhere', 0)).from).toBeNull()
  })

  it('finishes a page of the content it began with', async () => {
    const table = createVersionedTable()
    await replace(table, rows(3, 'a'))
    const old = table.version()
    await replace(table, rows(3, 'b'))
    await replace(table, rows(3, 'c'))
    const [version, take] = [table.version(), await table.prepare(rows(3, 'd'))]
    const asked = table.page(old, 0)
    take()
    const { from, to, set } = await asked
    expect([from, to, set]).toEqual([old, version, Object.fromEntries(rows(3, 'c'))])
    expect((await table.page(old, 0)).set).toEqual(Object.fromEntries(rows(3, 'd')))
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
          version = await fetchAll(table, have, version)
          expect(Object.fromEntries(have)).toEqual(next)
        }
      }),
    )
  })
})
