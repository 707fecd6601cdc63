import type { Database } from '../../sql/sql.ts'
import { readHorizon } from '../counting/horizon.ts'
import { playRowsOf } from '../rows/rows-of.ts'
import { partsOfSpan, type Span, type SpanParts, wholeSpan } from './span.ts'

/** A span that single plays answer. */
export interface Edge extends Span {
  /** SQL that the beginnings of its plays fulfil. */
  readonly starts: string
}

/** A span as whole UTC days and what is left before and after. */
export interface AskedParts extends SpanParts {
  readonly head: Edge | null
  readonly tail: Edge | null
}

/** A span with the bounds that let a database leave out most others. */
export const edgeOf = async (db: Database, span: Span): Promise<Edge> => ({
  ...span,
  starts: await playRowsOf(db).startsOf(db, span.from),
})

/** Divides a span as the plays kept allow. */
export const partsFor = async (db: Database, span: Span): Promise<AskedParts> => {
  const parts = partsOfSpan(wholeSpan(span), await readHorizon(db))
  const [head, tail] = await Promise.all(
    [parts.head, parts.tail].map(async (part) => part && (await edgeOf(db, part))),
  )
  return { ...parts, head: head ?? null, tail: tail ?? null }
}
