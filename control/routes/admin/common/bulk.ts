import type { Static } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { type Detail, detail } from '../../../plugins/problem-texts.ts'
import type { bulkOut } from '../../../schemas/bulk.ts'
import { StoreError } from '../../../store/sql/errors.ts'

const isRefusal = (error: unknown): error is ProblemError | StoreError =>
  error instanceof ProblemError || (error instanceof StoreError && error.code === 'store.conflict')

const detailOf = (refusal: ProblemError | StoreError): Detail | null =>
  refusal instanceof ProblemError ? refusal.detail : detail('store.conflict')

type Result = Static<typeof bulkOut>['results'][number]

/** What became of one row. Throws what is no refusal. */
const resultOf = async (id: string, act: () => Promise<unknown>): Promise<Result> => {
  try {
    await act()
    return { id, ok: true, problem: null }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const said = detailOf(error)
    const more = said === null ? {} : { detailId: said.id, values: { ...said.values } }
    return { id, ok: false, problem: error.message, ...more }
  }
}

/** Does something for each row, one after the other or `atOnce` together; a refusal is reported with its row. Throws what is no refusal. */
export const eachOf = async <T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  act: (row: T) => Promise<unknown>,
  atOnce = 1,
): Promise<Static<typeof bulkOut>> => {
  const results: Result[] = []
  for (let at = 0; at < rows.length; at += atOnce) {
    const part = rows.slice(at, at + atOnce)
    results.push(
      ...(await Promise.all(part.map((row) => resultOf(idOf(row), async () => await act(row))))),
    )
  }
  const done = results.filter(({ ok }) => ok).length
  return { done, failed: results.length - done, results }
}
