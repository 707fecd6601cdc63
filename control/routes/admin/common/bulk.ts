import type { Static } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { type Detail, detail } from '../../../plugins/problem-texts.ts'
import type { bulkOut } from '../../../schemas/bulk.ts'
import { StoreError } from '../../../store/sql/errors.ts'

const isRefusal = (error: unknown): error is ProblemError | StoreError =>
  error instanceof ProblemError || (error instanceof StoreError && error.code === 'store.conflict')

const detailOf = (refusal: ProblemError | StoreError): Detail | null =>
  refusal instanceof ProblemError ? refusal.detail : detail('store.conflict')

/** Does something for each row, one after the other; a refusal is reported with its row. Throws what is no refusal. */
export const eachOf = async <T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  act: (row: T) => Promise<unknown>,
): Promise<Static<typeof bulkOut>> => {
  const results: Static<typeof bulkOut>['results'] = []
  for (const row of rows) {
    const problem = await act(row).then(
      () => null,
      (error: unknown) => {
        if (!isRefusal(error)) throw error
        return error
      },
    )
    const said = problem === null ? null : detailOf(problem)
    results.push({
      id: idOf(row),
      ok: problem === null,
      problem: problem?.message ?? null,
      ...(said === null ? {} : { detailId: said.id, values: { ...said.values } }),
    })
  }
  const done = results.filter(({ ok }) => ok).length
  return { done, failed: results.length - done, results }
}
