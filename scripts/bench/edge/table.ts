/** One line of the table: the cost of Gatehouse beside that of the reference. */
export interface Row {
  readonly what: string
  readonly ours: string
  readonly beside: string
  readonly value: number
  /** Greatest ratio allowed; `null` = shown only. */
  readonly goal: { readonly most: number } | { readonly least: number } | null
}

const CELLS = ['what', 'ours', 'beside', 'value', 'goal', ''] as const

const cellsOf = ({ what, ours, beside, value, goal }: Row): string[] => {
  const shown = value >= 50 ? value.toFixed(0) : value.toFixed(2)
  if (goal === null) return [what, ours, beside, shown, '', '']
  const isMet = 'most' in goal ? value <= goal.most : value >= goal.least
  const wish = 'most' in goal ? `≤ ${goal.most}` : `≥ ${goal.least}`
  return [what, ours, beside, shown, wish, isMet ? 'met' : 'missed']
}

/** The whole table as text, its columns aligned. */
export const tableOf = (rows: readonly Row[]): string => {
  const all = [[...CELLS], ...rows.map(cellsOf)]
  const widths = CELLS.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}

/** Microseconds as the table shows them. */
export const micros = (value: number): string => `${value.toFixed(1)} µs`
