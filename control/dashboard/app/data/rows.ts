/** What a row is sorted by. */
export type SortValue = string | number

/** Texts with their keys, forgotten when there are too many. */
const keys = new Map<string, string>()
const MOST_KEYS = 50_000
const DIGITS = 12

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text)

const madeKey = (text: string): string => {
  const bare = isPlain(text) ? text : text.normalize('NFD').replace(/\p{M}/gu, '')
  return bare.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'))
}

/**
 * What a text is sorted by: without case and accents, numbers by their value. Such keys are compared by code points, which takes a tenth of a
 * collator's time: thousands of rows are sorted while a finger is on the heading.
 */
const keyOf = (text: string): string => {
  const known = keys.get(text)
  if (known !== undefined) return known
  if (keys.size > MOST_KEYS) keys.clear()
  const key = madeKey(text)
  keys.set(text, key)
  return key
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** The place of each text among all different ones, by their keys; those with the same key share one. */
const ranksOf = (texts: Iterable<string>): ReadonlyMap<string, number> => {
  const keyed = [...new Set(texts)].map((text) => ({ text, key: keyOf(text) }))
  keyed.sort((a, b) => compareTexts(a.key, b.key))
  const ranks = new Map<string, number>()
  let rank = -1
  let before: string | null = null
  for (const { text, key } of keyed) {
    if (key !== before) rank += 1
    before = key
    ranks.set(text, rank)
  }
  return ranks
}

/** The order of rows whose texts are mostly the same few: one bucket a text, without comparing rows. */
const orderOfTexts = (texts: readonly SortValue[], isDown: boolean): readonly number[] => {
  const ranks = ranksOf(texts.map(String))
  const buckets: number[][] = []
  texts.forEach((text, at) => {
    const rank = ranks.get(String(text)) ?? 0
    const bucket = buckets[rank]
    if (bucket === undefined) buckets[rank] = [at]
    else bucket.push(at)
  })
  return (isDown ? buckets.toReversed() : buckets).flat()
}

const orderOfNumbers = (values: readonly SortValue[], isDown: boolean): Uint32Array => {
  const numbers = Float64Array.from(values, Number)
  const sign = isDown ? -1 : 1
  return Uint32Array.from(values.keys()).sort(
    (a, b) => sign * ((numbers[a] ?? 0) - (numbers[b] ?? 0)) || a - b,
  )
}

/** Rows in the order of what they are sorted by, which is asked for once a row; those that are equal stay as they were. */
export const sortedRows = <Row>(
  rows: readonly Row[],
  by: ((row: Row) => SortValue) | undefined,
  isDown: boolean,
): readonly Row[] => {
  if (by === undefined) return rows
  const values = rows.map(by)
  const isText = values.some((value) => typeof value === 'string')
  const sorted: Row[] = []
  for (const at of (isText ? orderOfTexts : orderOfNumbers)(values, isDown)) {
    const row = rows[at]
    if (row !== undefined) sorted.push(row)
  }
  return sorted
}

/** A line of a table: a row, or the heading of a group of rows. */
export type Line<Row> =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'group'; readonly name: string; readonly count: number }

/** The lines of a table, the largest group first; `groupOf` = nothing leaves the rows as they are. */
export const linesOf = <Row>(
  rows: readonly Row[],
  groupOf: ((row: Row) => string) | undefined,
): Line<Row>[] => {
  const lines: Line<Row>[] = []
  if (groupOf === undefined) {
    for (const row of rows) lines.push({ kind: 'row', row })
    return lines
  }
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = groupOf(row)
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [row])
    else known.push(row)
  }
  const ordered = [...groups].sort(
    (a, b) => b[1].length - a[1].length || compareTexts(keyOf(a[0]), keyOf(b[0])),
  )
  for (const [name, members] of ordered) {
    lines.push({ kind: 'group', name, count: members.length })
    for (const row of members) lines.push({ kind: 'row', row })
  }
  return lines
}
