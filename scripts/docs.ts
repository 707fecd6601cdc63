import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { configTable, fillTables, reasonTable } from './docs-tables.ts'

/** Fills README.md's tables from the code; with `--check` it only says whether they are in date. */
const file = join(packageRoot(), 'README.md')
const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
const filled = fillTables(text, { reasons: reasonTable(), config: configTable() })
if (!process.argv.includes('--check')) {
  writeFileSync(file, filled)
} else if (filled !== text) {
  process.stderr.write('README.md is out of date; run: npm run docs\n')
  process.exit(1)
}
