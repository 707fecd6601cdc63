import { groupBy } from '#domain/group-by'
import { MODES } from './lane.ts'
import { FORMS, type Form } from './player.ts'
import type { Result } from './trial.ts'

type Cell = string | number
type Columns<T> = readonly (readonly [string, (row: T) => Cell])[]

const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |\n`

/** Rows as a table in Markdown. */
export const tableOf = <T>(columns: Columns<T>, rows: readonly T[]): string =>
  [
    line(columns.map(([name]) => name)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ].join('')

/** The results of several modes that came to the same. */
export interface Row extends Result {
  readonly modes: string
}

const seconds = (value: number | null): string => (value === null ? 'never' : value.toFixed(1))

/** What must be the same for two modes to share a row. */
const sameness = (it: Result) =>
  [it.sessions, it.plays, it.questions, it.newSessions, it.refusals > 0, it.isOver].join()

const worst = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.max(...values.map((it) => it ?? 0))

/** One row for the modes of a player and a form that came to the same, the worst number in each column. */
const merged = (results: readonly Result[]): Row => {
  const [first] = results
  if (first === undefined) throw new RangeError('a row of nothing')
  const most = (of: (it: Result) => number) => Math.max(...results.map(of))
  return {
    ...first,
    modes: results.length === MODES.length ? 'all' : results.map(({ mode }) => mode).join(', '),
    start: worst(results.map(({ start }) => start)),
    back: worst(results.map(({ back }) => back)),
    longestStop: most((it) => it.longestStop),
    refusals: most((it) => it.refusals),
    openings: most((it) => it.openings),
    afterEnd: most((it) => it.afterEnd),
    asksAfterEnd: most((it) => it.asksAfterEnd),
  }
}

/** Groups results to rows, in the order of players and forms. */
export function rowsOf(results: readonly Result[], rankOf: (player: string) => number): Row[] {
  const place = ({ player, form }: { player: string; form: Form }) =>
    rankOf(player) * FORMS.length + FORMS.indexOf(form)
  const sorted = [...results].sort((a, b) => place(a) - place(b) || a.mode.localeCompare(b.mode))
  const groups = groupBy(sorted, (it) => `${place(it)}`)
  return [...groups.values()].flatMap((modes) => [...groupBy(modes, sameness).values()].map(merged))
}

/** The table of plays. */
export const PLAYS: Columns<Row> = [
  ['player', ({ player }) => player],
  ['form', ({ form }) => form],
  ['modes', ({ modes }) => modes],
  ['first picture, s', ({ start }) => seconds(start)],
  ['longest stop, s', ({ longestStop }) => longestStop.toFixed(1)],
  ['openings', ({ openings }) => openings],
  ['refusals', ({ refusals }) => refusals],
  ['sessions', ({ sessions }) => sessions],
  ['plays', ({ plays }) => plays],
  ['control', ({ questions }) => questions],
  ['backend', ({ newSessions }) => newSessions],
  [
    'given after its end',
    ({ form, afterEnd }) => (form === 'MPEG-TS' ? `${afterEnd} s` : afterEnd),
  ],
  ['asked after its end', ({ asksAfterEnd }) => asksAfterEnd],
  ['back, s', ({ back }) => seconds(back)],
]

const keyOf = (row: string): string => row.split(' | ', 2).join(' | ')
const playerOf = (row: string): string => row.split(' | ', 1).join()

/** Rows with newer ones in the place of those that begin with the same two cells; what is new stands behind the last of its player. */
function replaceRows(old: readonly string[], newer: readonly string[]): string[] {
  const left = groupBy(newer, keyOf)
  const rows = old.flatMap((row) => {
    const found = left.get(keyOf(row))
    if (found !== undefined) left.set(keyOf(row), [])
    return found ?? [row]
  })
  for (const row of [...left.values()].flat()) {
    const last = rows.findLastIndex((it) => playerOf(it) === playerOf(row))
    rows.splice(last < 0 ? rows.length : last + 1, 0, row)
  }
  return rows
}

/**
 * A page with a table put between its marks. Rows of the old table stay where the new one has none that begin with the same two cells,
 * so that a part can be measured again.
 */
export function putTable(page: string, mark: string, text: string): string {
  const marks = new RegExp(`(<!-- measured:${mark} -->\\n)([\\s\\S]*?)(<!-- /measured -->)`)
  return page.replace(marks, (_all, open: string, old: string, close: string) => {
    const [head = '', rule = '', ...rows] = text.trimEnd().split('\n')
    const [oldHead, , ...oldRows] = old.trimEnd().split('\n')
    const all = oldHead === head ? replaceRows(oldRows, rows) : rows
    return `${open}${[head, rule, ...all].join('\n')}\n${close}`
  })
}
