/** What a row is sorted by. */
export type SortValue = string | number

const collator = new Intl.Collator(undefined, { numeric: true })

/** Texts with their keys, forgotten when there are too many. */
const keys = new Map<string, string>()
const MOST_KEYS = 50_000
const DIGITS = 12

const madeKey = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'))

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

const compare = (a: SortValue, b: SortValue): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (a === b) return 0
  return String(a) < String(b) ? -1 : 1
}

/** Rows in the order of what they are sorted by, which is asked for once a row; `-` before a key turns it round. */
export const sortedRows = <Row>(
  rows: readonly Row[],
  by: ((row: Row) => SortValue) | undefined,
  isDown: boolean,
): readonly Row[] => {
  if (by === undefined) return rows
  const sign = isDown ? -1 : 1
  return rows
    .map((row) => {
      const value = by(row)
      return { row, value: typeof value === 'string' ? keyOf(value) : value }
    })
    .sort((a, b) => sign * compare(a.value, b.value))
    .map(({ row }) => row)
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
    (a, b) => b[1].length - a[1].length || collator.compare(a[0], b[0]),
  )
  for (const [name, members] of ordered) {
    lines.push({ kind: 'group', name, count: members.length })
    for (const row of members) lines.push({ kind: 'row', row })
  }
  return lines
}
