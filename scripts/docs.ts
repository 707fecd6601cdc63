import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { fillTables, TABLES } from './docs/tables.ts'
import { traceTable } from './docs/trace-table.ts'

/** Fills the tables of every Markdown file from the code; with `--check` it only says which files are out of date. */
const root = packageRoot()
const tables = { ...TABLES, traces: await traceTable() }
const isCheck = process.argv.includes('--check')
const names = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' })
for (const name of names.split('\0').filter((it) => it !== '')) {
  const file = join(root, name)
  const text = readFileSync(file, 'utf8')
  const filled = fillTables(text, tables)
  if (filled === text) continue
  process.stderr.write(isCheck ? `${name} is out of date; run: npm run docs\n` : `${name}\n`)
  if (isCheck) process.exitCode = 1
  else writeFileSync(file, filled)
}
