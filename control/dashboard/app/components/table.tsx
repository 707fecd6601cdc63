import type { ComponentChildren } from 'preact'
import { memo } from 'preact/compat'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { linesOf, type SortValue, sortedRows } from '../data/rows.ts'
import { Slots } from '../data/slots.ts'
import { t } from '../text/text.ts'

/** A column: how a row's cell is shown, and what it is sorted by. */
export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  readonly sortBy?: (row: Row) => SortValue
  readonly isNumber?: boolean
  /** Sixths of the width its cell takes on a narrow screen, where a row is a card; all of it without. */
  readonly sixths?: 2 | 3 | 4
  /** Its cells say by themselves what they are: without a label on a card. */
  readonly isPlain?: boolean
  /** Its share of the width, against those of the others; where every column has one, cells need not be measured. */
  readonly share?: number
}

/** Height of a line in pixels before any was measured. */
const LINE_PX = 45
/** Lines drawn above and below what is seen. */
const MARGIN = 3
/** Shorter lists are drawn whole. */
const WHOLE = 100
/** Lines of a longer list that are drawn before anything was measured. */
const FIRST = 24

/** Mean height of the lines that are drawn, pixels; `before` where there are none. */
const lineHeight = (body: HTMLElement, before: number): number => {
  const drawn = [...body.children].filter((line) => line.ariaHidden !== 'true')
  const [first, last] = [drawn[0], drawn.at(-1)]
  if (first === undefined || last === undefined) return before
  const px = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top
  return px > 0 ? px / drawn.length : before
}

/** The lines to draw: those in sight. Their height is that of those drawn before, so that it holds on a phone as well. */
const useWindow = (count: number) => {
  const body = useRef<HTMLTableSectionElement>(null)
  const height = useRef(LINE_PX)
  const [range, setRange] = useState({ from: 0, to: FIRST })
  useEffect(() => {
    const see = () => {
      const { current } = body
      if (current === null) return
      height.current = lineHeight(current, height.current)
      const { top } = current.getBoundingClientRect()
      const from = Math.max(0, Math.floor(-top / height.current) - MARGIN)
      const end = Math.ceil((innerHeight - top) / height.current) + MARGIN
      const to = Math.max(from + 2 * MARGIN, end)
      setRange((before) => (before.from === from && before.to === to ? before : { from, to }))
    }
    see()
    addEventListener('scroll', see, { passive: true })
    addEventListener('resize', see)
    return () => {
      removeEventListener('scroll', see)
      removeEventListener('resize', see)
    }
  }, [count > WHOLE])
  if (count <= WHOLE) return { body, from: 0, to: count, height: height.current }
  // A list that became shorter is seen at its end until the page has scrolled.
  const from = Math.max(0, Math.min(range.from, count - (range.to - range.from)))
  return { body, from, to: Math.min(range.to, count), height: height.current }
}

const classOf = <Row,>({ isNumber, isPlain, sixths }: Column<Row>): string =>
  [
    isNumber === true ? 'number' : '',
    isPlain === true ? 'bare' : '',
    sixths === undefined ? '' : `sixths-${sixths}`,
  ].join(' ')

const Head = <Row,>({
  columns,
  sort,
  onSort,
}: {
  readonly columns: readonly Column<Row>[]
  readonly sort: string
  readonly onSort: (sort: string) => void
}) => {
  const next = (key: string) => (sort === key ? `-${key}` : key)
  const order = (key: string) => {
    if (sort === key) return 'ascending'
    return sort === `-${key}` ? 'descending' : 'none'
  }
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            class={classOf(column)}
            style={{ width: column.share === undefined ? '' : `${column.share}%` }}
            aria-sort={column.sortBy === undefined ? undefined : order(column.key)}
          >
            {column.sortBy === undefined ? (
              column.title
            ) : (
              <button type="button" class="sort" onClick={() => onSort(next(column.key))}>
                {column.title}
              </button>
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}

const GroupLine = ({
  name,
  count,
  at,
  width,
}: {
  readonly name: string
  readonly count: number
  readonly at: number
  readonly width: number
}) => (
  <tr class="group" aria-rowindex={at}>
    <th scope="rowgroup" colSpan={width}>
      {name} <span class="dim">{t('now.streams.n', { n: count })}</span>
    </th>
  </tr>
)

const PlainRow = <Row,>({
  row,
  columns,
  at,
  slot,
}: {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  readonly at: number
  readonly slot: number
}) => (
  <tr aria-rowindex={at} data-slot={slot}>
    {columns.map((column) => (
      <td key={column.key} data-title={column.title} class={classOf(column)}>
        {column.cell(row)}
      </td>
    ))}
  </tr>
)

/** One row; drawn anew only where the row or what the columns show has changed. */
const RowLine = memo<typeof PlainRow>(PlainRow)

/** Room for lines that are not drawn. */
const Room = ({ lines, height }: { readonly lines: number; readonly height: number }) =>
  lines <= 0 ? null : <tr style={{ height: `${lines * height}px` }} aria-hidden="true" />

/** The slot whose row holds what has the focus; `null` where it is elsewhere. */
const focusedSlot = (body: HTMLElement | null): number | null => {
  const { activeElement } = document
  if (body === null || activeElement === null || !body.contains(activeElement)) return null
  const slot = activeElement.closest('tr')?.dataset['slot']
  return slot === undefined ? null : Number(slot)
}

/** What a table shows, and how. */
interface TableProps<Row> {
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  readonly sort: string
  readonly onSort: (sort: string) => void
  readonly label: string
  readonly groupOf?: ((row: Row) => string) | undefined
  /** Whether a row is shown; the same function as long as its answers are the same. */
  readonly isWanted?: ((row: Row) => boolean) | undefined
}

/** The lines of a table: sorted, then left out, then grouped, each only where what it depends on has changed. */
const useLines = <Row,>({ rows, columns, sort, groupOf, isWanted }: TableProps<Row>) => {
  // Columns are made anew as time passes; what they sort by stays the same.
  const by = columns.find(({ key }) => key === sort.replace('-', ''))?.sortBy
  const sorted = useMemo(
    () => sortedRows(rows, by, sort.startsWith('-')),
    [rows, sort, by === undefined],
  )
  return useMemo(
    () => linesOf(isWanted === undefined ? sorted : sorted.filter(isWanted), groupOf),
    [sorted, isWanted, groupOf],
  )
}

/** A table that draws only the lines in sight, sorted by a click on a heading, and grouped where `groupOf` is given. */
export const Table = <Row,>(props: TableProps<Row>) => {
  const { columns, idOf, sort, onSort, label } = props
  const lines = useLines(props)
  const { body, from, to, height } = useWindow(lines.length)
  const slots = useRef(new Slots())
  const shown = lines.slice(from, to)
  const rowIds = shown.flatMap((line) => (line.kind === 'row' ? [idOf(line.row)] : []))
  const slotOf = slots.current.place(rowIds, focusedSlot(body.current))
  return (
    <table
      aria-label={label}
      aria-rowcount={lines.length}
      class={columns.every(({ share }) => share !== undefined) ? 'list fixed' : 'list'}
    >
      <Head columns={columns} sort={sort} onSort={onSort} />
      <tbody ref={body}>
        <Room key="before" lines={from} height={height} />
        {shown.map((line, index) => {
          const at = from + index + 1
          if (line.kind === 'row') {
            const slot = slotOf.get(idOf(line.row)) ?? at
            return <RowLine key={slot} slot={slot} row={line.row} columns={columns} at={at} />
          }
          const { name, count } = line
          return <GroupLine key={`group ${name}`} {...{ name, count, at, width: columns.length }} />
        })}
        <Room key="after" lines={lines.length - to} height={height} />
      </tbody>
    </table>
  )
}
