import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Line, linesOf, type SortValue, sortedRows } from '../data/rows.ts'
import { t } from '../text/text.ts'

/** A column: how a row's cell is shown, and what it is sorted by. */
export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  readonly sortBy?: (row: Row) => SortValue
  /** Left out on narrow screens. */
  readonly isExtra?: boolean
  readonly isNumber?: boolean
}

/** Height of a line in pixels before any was measured. */
const LINE_PX = 45
/** Lines drawn above and below what is seen. */
const MARGIN = 8
/** Shorter lists are drawn whole. */
const WHOLE = 100

/** The lines to draw: those in sight. Their height is that of those drawn before, so that it holds on a phone as well. */
const useWindow = (count: number) => {
  const body = useRef<HTMLTableSectionElement>(null)
  const height = useRef(LINE_PX)
  const [range, setRange] = useState({ from: 0, to: WHOLE })
  useEffect(() => {
    const see = () => {
      const { current } = body
      if (current === null) return
      const drawn = [...current.children].filter((line) => line.ariaHidden !== 'true')
      const sum = drawn.reduce((px, line) => px + line.getBoundingClientRect().height, 0)
      if (sum > 0) height.current = sum / drawn.length
      const top = -current.getBoundingClientRect().top
      const from = Math.max(0, Math.floor(top / height.current) - MARGIN)
      const to = from + Math.ceil(innerHeight / height.current) + 2 * MARGIN
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
  const from = Math.min(range.from, Math.max(0, count - WHOLE))
  return { body, from, to: Math.min(range.to, count), height: height.current }
}

const classOf = ({ isExtra, isNumber }: { isExtra?: boolean; isNumber?: boolean }): string =>
  `${isExtra === true ? 'extra' : ''} ${isNumber === true ? 'number' : ''}`

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

/** Room for lines that are not drawn. */
const Room = ({ lines, height }: { readonly lines: number; readonly height: number }) =>
  lines <= 0 ? null : <tr style={{ height: `${lines * height}px` }} aria-hidden="true" />

const keyOf = <Row,>(line: Line<Row>, idOf: (row: Row) => string): string =>
  line.kind === 'row' ? idOf(line.row) : `group ${line.name}`

/** A table that draws only the lines in sight, sorted by a click on a heading, and grouped where `groupOf` is given. */
export const Table = <Row,>({
  rows,
  columns,
  idOf,
  sort,
  onSort,
  label,
  groupOf,
}: {
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  readonly sort: string
  readonly onSort: (sort: string) => void
  readonly label: string
  readonly groupOf?: ((row: Row) => string) | undefined
}) => {
  // Columns are made anew as time passes; what they sort by stays the same.
  const by = columns.find(({ key }) => key === sort.replace('-', ''))?.sortBy
  const lines = useMemo(
    () => linesOf(sortedRows(rows, by, sort.startsWith('-')), groupOf),
    [rows, sort, groupOf, by === undefined],
  )
  const { body, from, to, height } = useWindow(lines.length)
  return (
    <table aria-label={label} aria-rowcount={lines.length}>
      <Head columns={columns} sort={sort} onSort={onSort} />
      <tbody ref={body}>
        <Room lines={from} height={height} />
        {lines.slice(from, to).map((line, at) =>
          line.kind === 'group' ? (
            <GroupLine
              key={keyOf(line, idOf)}
              name={line.name}
              count={line.count}
              at={from + at + 1}
              width={columns.length}
            />
          ) : (
            <tr key={keyOf(line, idOf)} aria-rowindex={from + at + 1}>
              {columns.map((column) => (
                <td key={column.key} data-title={column.title} class={classOf(column)}>
                  {column.cell(line.row)}
                </td>
              ))}
            </tr>
          ),
        )}
        <Room lines={lines.length - to} height={height} />
      </tbody>
    </table>
  )
}
