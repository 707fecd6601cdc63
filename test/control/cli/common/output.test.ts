import { expect, test } from 'vitest'
import { drawFrame } from '../../../../control/cli/common/output.ts'

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

test('a pipe gets no codes, and a blank line between two frames', () => {
  expect(drawFrame(text, { columns: 8, rows: 2 })).toBe(`${text}\n`)
})
