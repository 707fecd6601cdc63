import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { configTable, fillTables, reasonTable } from '../../scripts/docs-tables.ts'

const readme = join(packageRoot(), 'README.md')

test('README has both tables and they are in date', () => {
  expect(existsSync(readme)).toBe(true)
  const text = readFileSync(readme, 'utf8')
  expect(text).toContain('<!-- table:reasons -->')
  expect(text).toContain('<!-- table:config -->')
  const filled = fillTables(text, { reasons: reasonTable(), config: configTable() })
  expect(filled === text, 'run: npm run docs').toBe(true)
})

test('the tables say what the code says', () => {
  expect(reasonTable()).toContain('| `cap.streams` | ')
  expect(configTable()).toContain('| `edge.listen` | `0.0.0.0:8080` | ')
  expect(configTable()).toContain('| `groups[].networks` | – | ')
  expect(configTable()).toContain('| `sources[].name` | required | ')
})

test('only what stands between the marks is replaced', () => {
  const text =
    'a\n<!-- table:reasons -->\nold\n<!-- /table -->\nb\n<!-- table:other -->\nc\n<!-- /table -->\n'
  expect(fillTables(text, { reasons: 'new\n' })).toBe(text.replace('old', 'new'))
})
