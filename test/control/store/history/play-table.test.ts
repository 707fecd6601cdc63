import { expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { PLAYS, playColumns } from '../../../../control/store/history/rows/play-table.ts'
import { playsOfColumns } from '../../../../control/store/history/rows/plays-of-columns.ts'
import { barePlay, samplePlay } from '../../../contract/sample-plays.ts'

/** A play whose every field is told from every other by its value. */
const telling = (): PlayRecord => {
  const numbered = Object.entries(samplePlay()).map(([name, value], index) => [
    name,
    typeof value === 'number' ? index : typeof value === 'boolean' ? value : `${name} ${index}`,
  ])
  return {
    ...samplePlay(),
    ...Object.fromEntries(numbered),
    timing: 'end',
    delivery: 'transcode',
    isLan: true,
    isLive: false,
  }
}

const columnsOf = (plays: readonly PlayRecord[]) => {
  const rows = plays.map((play) => playColumns(play, 7, 8))
  return PLAYS.columns.map((_, column) => rows.map((row) => row[column] ?? null))
}

test('a row has its values in the order of the columns', () => {
  for (const play of [telling(), { ...telling(), isLan: false, isLive: true }, barePlay()])
    expect(playColumns(play, 7, 8)).toEqual(PLAYS.toRow({ ...play, key: 7, accountKey: 8 }))
})

test('plays read column by column are those that were written', () => {
  const plays = [telling(), barePlay(), { ...telling(), id: 'b', isLan: false, isLive: true }]
  expect(playsOfColumns(columnsOf(plays))).toEqual(plays)
})

test('parts of a millisecond and NULs do not reach a database', () => {
  const [play] = playsOfColumns(
    columnsOf([samplePlay({ startedAt: 1.9, playedMs: 2.5, player: 'a\0b' })]),
  )
  expect(play).toMatchObject({ startedAt: 1, playedMs: 2, player: 'ab' })
})
