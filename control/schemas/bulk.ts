import { Type } from 'typebox'
import { nullableText } from './common.ts'

/** Rows that one call may change. */
export const MOST_IN_BULK = 500

/** Ids of rows that are changed together. */
export const bulkIds = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
  minItems: 1,
  maxItems: MOST_IN_BULK,
  uniqueItems: true,
})

/** What became of each row, in the order they were named; one that fails keeps none of the others from being done. */
export const bulkOut = Type.Object({
  done: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0 }),
  results: Type.Array(
    Type.Object({
      id: Type.String(),
      ok: Type.Boolean(),
      problem: nullableText,
      detailId: Type.Optional(
        Type.String({ description: 'Stable id of `problem`, for words in another language.' }),
      ),
      values: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
  ),
})
