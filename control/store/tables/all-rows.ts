import type { Collection } from './collection.ts'

const PAGE = 1000

/** Every row of a small table, page by page. */
export const allRows = async <Row>(table: Pick<Collection<Row>, 'list'>): Promise<Row[]> => {
  const rows: Row[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Collection<Row>['list']>> = await table.list({
      limit: PAGE,
      ...(after === null ? {} : { after }),
    })
    rows.push(...page.rows)
    after = page.next
  } while (after !== null)
  return rows
}
