import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** A column: how a row's cell is shown, and what it is sorted by. */
export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  readonly sortBy?: (row: Row) => string | number
  /** Left out on narrow screens. */
  readonly isExtra?: boolean
  readonly isNumber?: boolean
}

/** Height of a row in pixels, as the style sheet has it. */
const ROW_PX = 44
/** Rows drawn above and below what is seen. */
const MARGIN = 8
/** Shorter lists are drawn whole. */
const WHOLE = 100

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))

const sorted = <Row,>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string) => {
  const isDown = sort.startsWith('-')
  const column = columns.find(({ key }) => key === sort.replace('-', ''))
  const by = column?.sortBy
  if (by === undefined) return rows
  return [...rows].sort((a, b) => (isDown ? -1 : 1) * compare(by(a), by(b)))
}

const useWindow = (count: number) => {
  const body = useRef<HTMLTableSectionElement>(null)
  const [range, setRange] = useState({ from: 0, to: WHOLE })
  useEffect(() => {
    const see = () => {
      const top = -(body.current?.getBoundingClientRect().top ?? 0)
      const from = Math.max(0, Math.floor(top / ROW_PX) - MARGIN)
      setRange({ from, to: from + Math.ceil(innerHeight / ROW_PX) + 2 * MARGIN })
    }
    see()
    addEventListener('scroll', see, { passive: true })
    addEventListener('resize', see)
    return () => {
      removeEventListener('scroll', see)
      removeEventListener('resize', see)
    }
  }, [count > WHOLE])
  const from = count <= WHOLE ? 0 : Math.min(range.from, count)
  return { body, from, to: count <= WHOLE ? count : Math.min(range.to, count) }
}

/** A table that draws only the rows in sight, sorted by a click on a heading. */
export const Table = <Row,>({
  rows,
  columns,
  idOf,
  sort,
  onSort,
  label,
}: {
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  readonly sort: string
  readonly onSort: (sort: string) => void
  readonly label: string
}) => {
  const list = sorted(rows, columns, sort)
  const { body, from, to } = useWindow(list.length)
  const next = (key: string) => (sort === key ? `-${key}` : key)
  const order = (key: string) => {
    if (sort === key) return 'ascending'
    return sort === `-${key}` ? 'descending' : 'none'
  }
  return (
    <table aria-label={label} aria-rowcount={list.length}>
      <thead>
        <tr>
          {columns.map(({ key, title, sortBy, isExtra, isNumber }) => (
            <th
              key={key}
              scope="col"
              class={`${isExtra === true ? 'extra' : ''} ${isNumber === true ? 'number' : ''}`}
              aria-sort={sortBy === undefined ? undefined : order(key)}
            >
              {sortBy === undefined ? (
                title
              ) : (
                <button type="button" class="sort" onClick={() => onSort(next(key))}>
                  {title}
                </button>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {from > 0 && <tr style={{ height: `${from * ROW_PX}px` }} aria-hidden="true" />}
        {list.slice(from, to).map((row, at) => (
          <tr key={idOf(row)} aria-rowindex={from + at + 1}>
            {columns.map(({ key, title, cell, isExtra, isNumber }) => (
              <td
                key={key}
                data-title={title}
                class={`${isExtra === true ? 'extra' : ''} ${isNumber === true ? 'number' : ''}`}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
        {to < list.length && (
          <tr style={{ height: `${(list.length - to) * ROW_PX}px` }} aria-hidden="true" />
        )}
      </tbody>
    </table>
  )
}
