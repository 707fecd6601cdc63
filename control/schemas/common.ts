import { Type } from 'typebox'

// One keyword for both types: of two alternatives the validator would take the first and turn null into '' or 0.
/** Text or null. */
export const nullableText = Type.Unsafe<string | null>({ type: ['string', 'null'] })
/** Unix milliseconds or null. */
export const nullableTime = Type.Unsafe<number | null>({
  type: ['integer', 'null'],
  description: 'Unix milliseconds.',
})
/** A moment that ECMAScript's `Date` knows, from 1970 on (ECMA-262, "Time Values and Time Range"). */
export const timeIn = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description })
/** A count or null. */
export const nullableCount = Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0 })

/** Cursor paging, the same everywhere. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(Type.String({ description: '`next` of the page before.' })),
  sort: Type.Optional(
    Type.String({ description: 'Field to sort by; a leading `-` turns it round.' }),
  ),
}

/** Cursor paging of a list that fits on one page nearly everywhere. */
export const wholePageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
  after: pageQuery.after,
}

/** Query of a list that fits on one page nearly everywhere. */
export const pagesQuery = Type.Object(wholePageQuery)

/** Path parameter `:id`. */
export const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) })
