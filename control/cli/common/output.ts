/** Empties the screen. */
const CLEAR = '\u001b[2J\u001b[H'
const CONTROL = /(?![\t\n]|\r\n)\p{Cc}/gu

/** Text without what a terminal obeys: names come from lists, players and servers. */
export const forTerminal = (text: string): string =>
  text.startsWith(CLEAR)
    ? CLEAR + text.slice(CLEAR.length).replace(CONTROL, '')
    : text.replace(CONTROL, '')

/** A line on stdout. */
export const print = (line: string): void => void process.stdout.write(`${forTerminal(line)}\n`)

/** A line on stderr. */
export const warn = (line: string): void => void process.stderr.write(`${forTerminal(line)}\n`)

export type Row = Readonly<Record<string, unknown>>

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const isTime = (column: string): boolean => /(At|_at|until|since|^at)$/.test(column)

const shown = (column: string, value: unknown): string =>
  isTime(column) && typeof value === 'number'
    ? new Date(value).toISOString().replace('T', ' ').slice(0, 19)
    : cell(value)

/** A day or hour as the clocks of the zone show it. */
export const periodText = (at: unknown, zone: string, name: 'days' | 'hours'): string => {
  if (typeof at !== 'number') return '-'
  // Swedish dates are ISO 8601's.
  const day = { timeZone: zone, dateStyle: 'short' } as const
  if (name === 'days') return new Intl.DateTimeFormat('sv-SE', day).format(at)
  const offset = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')
  const hour = new Intl.DateTimeFormat('sv-SE', { ...day, timeStyle: 'short' }).format(at)
  return `${hour} ${offset?.value.replace(/^GMT(\+00:00)?/, 'UTC') ?? ''}`.trim()
}

/** Rows as a table with the named columns. */
export const table = (rows: readonly Row[], columns: readonly string[]): string => {
  if (rows.length === 0) return '(none)'
  const cells = [columns, ...rows.map((row) => columns.map((name) => shown(name, row[name])))]
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? '').length)))
  return cells
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Where frames are drawn: a terminal of some size, or a pipe or file. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** One of many tables in a row: a terminal is cleared and never overflows, elsewhere a blank line parts them. */
export const drawFrame = (text: string, { isTTY, columns = 0, rows = 0 }: Screen): string => {
  if (isTTY !== true) return `${text}\n`
  const lines = text.split('\n')
  // The last line stays free for the cursor; a terminal that does not know its size says 0.
  const high = rows > 1 ? lines.slice(0, rows - 1) : lines
  const wide = high.map((line) => (columns > 0 ? line.slice(0, columns) : line))
  return `${CLEAR}${wide.join('\n')}`
}

/** Whether a value is a JSON object. */
export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The rows of a list answer: a bare list or a page's `items`. */
export const rowsOf = (answer: unknown): Row[] => {
  const list: unknown = isRow(answer) ? answer['items'] : answer
  return Array.isArray(list) ? list.filter(isRow) : []
}
