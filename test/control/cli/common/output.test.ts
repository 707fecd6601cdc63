import { expect, test } from 'vitest'
import { drawFrame, forTerminal, periodText } from '../../../../control/cli/common/output.ts'

const text = ['3 live sessions', '', 'id    name', 'one   federal-1', 'two   federal-2'].join('\n')
const CLEAR = '\u001b[2J\u001b[H'

test('a terminal is cleared, and lines and rows it has no room for are left out', () => {
  const shown = drawFrame(text, { isTTY: true, columns: 8, rows: 5 })
  expect(shown).toBe(`${CLEAR}3 live s\n\nid    na\none   fe`)
})

test.each([
  { isTTY: true },
  { isTTY: true, columns: 0, rows: 0 },
  { isTTY: true, columns: 200, rows: 50 },
])('a terminal of %j has room for all', (screen) => {
  expect(drawFrame(text, screen)).toBe(CLEAR + text)
})

test('names from lists and players say nothing to a terminal', () => {
  expect(forTerminal('A\u001b[31m\u0008\u009b2JB\rC\tD\r\nE')).toBe('A[31m2JBC\tD\r\nE')
  expect(forTerminal(`${CLEAR}a\u001b[2Jb`)).toBe(`${CLEAR}a[2Jb`)
})

test('a pipe gets no codes, and a blank line between two frames', () => {
  expect(drawFrame(text, { columns: 8, rows: 2 })).toBe(`${text}\n`)
})

test.each([
  ['days', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25'],
  ['days', 'America/St_Johns', '2026-11-20T03:30:00Z', '2026-11-20'],
  ['hours', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25 02:00 UTC+02:00'],
  ['hours', 'Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25 02:00 UTC+01:00'],
  ['hours', 'UTC', '2026-10-25T01:00:00Z', '2026-10-25 01:00 UTC'],
] as const)('%s of %s are those of its clocks', (name, zone, at, shown) => {
  expect(periodText(Date.parse(at), zone, name)).toBe(shown)
})
