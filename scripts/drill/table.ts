import type { Seen } from './observe.ts'

/** A scene and how it went. */
export interface Row {
  readonly name: string
  readonly seen: Seen
  /** Running viewers the control plane counts again afterwards. */
  readonly counted: number
  /** Accounts with more sessions than their cap afterwards. */
  readonly aboveCap: number
  readonly isBanKept: boolean
  /** Openings of this scene that history does not know. */
  missing: number
}

const HEADER = [
  'failure',
  'running viewers',
  'longest wait',
  'new viewers',
  'let in above a full cap',
  'afterwards counted',
  'ban',
  'history',
]

const listed = (map: ReadonlyMap<string, number>): string =>
  [...map].map(([reason, times]) => `${times} × ${reason}`).join(', ')

const cells = ({ name, seen, counted, aboveCap, isBanKept, missing }: Row): string[] => {
  const resets = seen.resets === 0 ? '' : `${seen.resets} reconnected`
  const troubles = [resets, listed(seen.troubles)].filter((text) => text !== '').join('; ')
  const refused = listed(seen.refused)
  const ban = isBanKept && seen.bannedIn === 0 ? 'held' : `${seen.bannedIn} let in`
  return [
    name,
    `${seen.unharmed} of ${seen.running} unharmed${troubles === '' ? '' : ` (${troubles})`}`,
    `${(seen.longestGapMs / 1000).toFixed(1)} s`,
    `${seen.admitted.length} let in${refused === '' ? '' : `, refused: ${refused}`}`,
    aboveCap === 0
      ? String(seen.overCap)
      : `${seen.overCap}; ${aboveCap} accounts above afterwards`,
    `${counted} of ${seen.running}`,
    ban,
    missing === 0 ? 'whole' : `${missing} sessions missing`,
  ]
}

const line = (list: readonly string[]): string => `| ${list.join(' | ')} |`

/** The measured table, as it stands in docs/several-machines.md. */
export const markdown = (rows: readonly Row[]): string =>
  [line(HEADER), line(HEADER.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n')
