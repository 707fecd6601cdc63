import { describe, expect, test } from 'vitest'
import { putTable, rowsOf, tableOf } from '../../../scripts/players/table.ts'
import type { Result } from '../../../scripts/players/trial.ts'

const result = (more: Partial<Result>): Result => ({
  player: 'mpv',
  form: 'HLS media',
  mode: 'replace',
  start: 0.5,
  longestStop: 0.2,
  watched: 60,
  isOver: false,
  openings: 2,
  refusals: 0,
  sessions: 1,
  plays: 1,
  questions: 1,
  newSessions: 1,
  afterEnd: 0,
  asksAfterEnd: 3,
  back: 1,
  ...more,
})

describe('rows of the results', () => {
  test('modes that came to the same share one, with the worst numbers', () => {
    const rows = rowsOf(
      [
        result({ longestStop: 0.4, back: null }),
        result({ mode: 'soft', start: 2 }),
        result({ mode: 'hard', asksAfterEnd: 9 }),
      ],
      () => 0,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      modes: 'all',
      start: 2,
      longestStop: 0.4,
      asksAfterEnd: 9,
      back: null,
    })
  })

  test('one mode that opened a second session, was refused or ended stands apart', () => {
    for (const odd of [{ sessions: 2 }, { plays: 2 }, { refusals: 3 }, { isOver: true }]) {
      const rows = rowsOf([result({}), result({ mode: 'hard', ...odd })], () => 0)
      expect(rows.map(({ modes }) => modes).sort()).toEqual(['hard', 'replace'])
    }
  })

  test('they stand in the order of players and forms', () => {
    const names = ['ffmpeg', 'mpv']
    const rows = rowsOf(
      [
        result({}),
        result({ form: 'DASH' }),
        result({ player: 'ffmpeg', form: 'archive' }),
        result({ player: 'ffmpeg' }),
      ],
      (name) => names.indexOf(name),
    )
    expect(rows.map(({ player, form }) => `${player} ${form}`)).toEqual([
      'ffmpeg HLS media',
      'ffmpeg archive',
      'mpv HLS media',
      'mpv DASH',
    ])
  })
})

describe('a table in its page', () => {
  const columns = [
    ['player', ({ player }: { player: string }) => player],
    ['form', () => 'HLS'],
    ['n', ({ n }: { n: number }) => n],
  ] as const
  const page = 'before\n<!-- measured:plays -->\n<!-- /measured -->\nafter\n'

  test('stands between its marks, and nowhere else', () => {
    const text = putTable(page, 'plays', tableOf(columns, [{ player: 'mpv', n: 1 }]))
    expect(text).toBe(
      'before\n<!-- measured:plays -->\n| player | form | n |\n| --- | --- | --- |\n| mpv | HLS | 1 |\n<!-- /measured -->\nafter\n',
    )
    expect(putTable(page, 'zaps', 'x')).toBe(page)
  })

  test('keeps the rows of what was not measured again', () => {
    const both = tableOf(columns, [
      { player: 'mpv', n: 1 },
      { player: 'VLC', n: 2 },
    ])
    const again = tableOf(columns, [{ player: 'mpv', n: 7 }])
    const text = putTable(putTable(page, 'plays', both), 'plays', again)
    expect(text).toContain('| mpv | HLS | 7 |\n| VLC | HLS | 2 |\n')
    expect(text).not.toContain('| mpv | HLS | 1 |')
    const more = tableOf(columns, [{ player: 'Kodi', n: 3 }])
    expect(putTable(text, 'plays', more)).toContain('| VLC | HLS | 2 |\n| Kodi | HLS | 3 |\n')
  })
})
