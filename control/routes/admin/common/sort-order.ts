import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'

/** The order a list is asked in: `-createdAt` → `createdAt`, descending. Throws `request.invalid` with the fields there are. */
export const sortOrder = <F extends string>(
  sort: string | undefined,
  fields: readonly F[],
): { sort?: F; descending?: boolean } => {
  if (sort === undefined) return {}
  const name = sort.replace(/^-/, '')
  const field = fields.find((candidate) => candidate === name)
  if (field === undefined)
    throw new ProblemError('request.invalid', detail('sort.wrong', { fields: fields.join(', ') }))
  return { sort: field, descending: sort.startsWith('-') }
}
