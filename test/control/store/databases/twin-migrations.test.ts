import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'

const folder = join(packageRoot(), 'control/store/migrations')
const files = readdirSync(folder)
const ofDuckDb = files
  .filter((name) => name.endsWith('.duckdb.sql'))
  .map((name) => name.replace('.duckdb.sql', ''))
const twins = ofDuckDb.filter((name) => files.includes(`${name}.postgres.sql`))

const textOf = (file: string): string =>
  readFileSync(join(folder, file), 'utf8').replaceAll(/--.*$/gm, '')

/** The tables a migration makes, each with its columns in order; keys and indexes are each engine's own. */
const tablesOf = (file: string): Map<string, string[]> => {
  const made = [...textOf(file).matchAll(/create table (\w+) \(([^;]*)\);/g)]
  return new Map(
    made.map(([, table = '', body = '']) => {
      const columns = body
        .split('\n')
        .map((line) => line.trim().replace(/,$/, ''))
        .filter((line) => line !== '' && !line.startsWith('primary key'))
      return [table, columns]
    }),
  )
}

/** What it does besides making tables and indexes. */
const restOf = (file: string): string[] =>
  textOf(file)
    .split(';')
    // DuckDB cannot add a column that must not be null.
    .map((statement) => statement.trim().replaceAll(/\s+/g, ' ').replace(' not null', ''))
    .filter((statement) => statement !== '' && !/^create (?:table|index)/.test(statement))

test.each(twins)('%s makes the same tables and columns in DuckDB and PostgreSQL', (name) => {
  const duckdb = tablesOf(`${name}.duckdb.sql`)
  expect(duckdb.size + restOf(`${name}.duckdb.sql`).length).toBeGreaterThan(0)
  expect([...tablesOf(`${name}.postgres.sql`)]).toEqual([...duckdb])
  expect(restOf(`${name}.postgres.sql`)).toEqual(restOf(`${name}.duckdb.sql`))
})

test('there are twins, but where PostgreSQL keeps plays in other tables', () => {
  expect(twins.length).toBeGreaterThan(1)
  expect(ofDuckDb.filter((name) => !twins.includes(name))).toEqual([
    '020-music',
    '027-delivery',
    '033-pseudo-users',
  ])
})
