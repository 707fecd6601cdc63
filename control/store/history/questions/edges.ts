import type { Database } from '../../sql/sql.ts'
import { readHorizon } from '../counting/horizon.ts'
import { playRowsOf } from '../rows/rows-of.ts'
import { partsOfSpan, type Span, type SpanParts, wholeSpan } from './span.ts'

/** A span that single plays answer. */
export interface Edge extends Span {
  /** No play of the span began before (Unix ms). */
  readonly firstStart: number
}

/** A span as whole UTC days and what is left before and after. */
export interface AskedParts extends SpanParts {
  readonly head: Edge | null
  readonly tail: Edge | null
}

/** A span with the bound that lets a database leave out what is older. */
export const edgeOf = async (db: Database, span: Span): Promise<Edge> => ({
  ...span,
  firstStart: await playRowsOf(db).firstStart(db, span.from),
})

/** Divides a span as the plays kept allow. */
export const partsFor = async (db: Database, span: Span): Promise<AskedParts> => {
  const parts = partsOfSpan(wholeSpan(span), await readHorizon(db))
  const [head, tail] = await Promise.all(
    [parts.head, parts.tail].map(async (part) => part && (await edgeOf(db, part))),
  )
  return { ...parts, head: head ?? null, tail: tail ?? null }
}
