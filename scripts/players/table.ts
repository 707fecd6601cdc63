import type { Result } from './measure.ts'

const COLUMNS: readonly (readonly [string, (result: Result) => string | number])[] = [
  ['player', ({ player }) => player],
  ['channel', ({ channel }) => channel],
  ['mode', ({ mode }) => mode],
  ['given', ({ media }) => media],
  ['longest gap, s', ({ longestGap }) => longestGap],
  ['openings', ({ openings }) => openings],
  ['refusals', ({ refusals }) => refusals],
  ['sessions', ({ sessions }) => sessions],
  ['plays (with the return)', ({ plays }) => plays],
  ['questions to control', ({ questions }) => questions],
  ['lists after its end', ({ listsAfterEnd }) => listsAfterEnd],
  ['back', ({ isBack }) => (isBack ? 'yes' : 'no')],
]

/** The results as a table in Markdown. */
export const table = (results: readonly Result[]): string => {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`
  return [
    row(COLUMNS.map(([name]) => name)),
    row(COLUMNS.map(() => '---')),
    ...results.map((result) => row(COLUMNS.map(([, cell]) => cell(result)))),
  ].join('')
}
