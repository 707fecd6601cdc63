/** What a row is sorted by. */
export type SortValue = string | number

const collator = new Intl.Collator(undefined, { numeric: true })

const compare = (a: SortValue, b: SortValue): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))

/** Rows in the order of what they are sorted by, which is asked for once a row; `-` before a key turns it round. */
export const sortedRows = <Row>(
  rows: readonly Row[],
  by: ((row: Row) => SortValue) | undefined,
  isDown: boolean,
): readonly Row[] => {
  if (by === undefined) return rows
  const sign = isDown ? -1 : 1
  return rows
    .map((row) => ({ row, value: by(row) }))
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
