import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { configTable, doorTable, fillTables, reasonTable } from './docs-tables.ts'

/** Fills the tables of these files from the code; with `--check` it only says whether they are in date. */
const FILES = ['README.md', 'nginx/README.md']
const tables = { reasons: reasonTable(), config: configTable(), doors: doorTable() }
for (const name of FILES) {
  const file = join(packageRoot(), name)
  const text = readFileSync(file, 'utf8')
  const filled = fillTables(text, tables)
  if (!process.argv.includes('--check')) {
    writeFileSync(file, filled)
  } else if (filled !== text) {
    process.stderr.write(`${name} is out of date; run: npm run docs\n`)
    process.exitCode = 1
  }
}
