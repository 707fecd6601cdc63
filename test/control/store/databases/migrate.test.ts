import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'
import { migrate, readMigrations } from '../../../../control/store/databases/migrate.ts'
import { openDatabase, openStore } from '../../../../control/store/store.ts'
import { describeMigrations } from '../../../contract/migration-contract.ts'
import { withTempDir } from '../../../support/cleanup.ts'

const SOURCE = join(packageRoot(), 'control/store/migrations')

/** A folder with copies of the first migrations. */
function copyOf(folder: string, versions: number): string {
  const copy = join(folder, 'migrations')
  mkdirSync(copy)
  for (const { version, name, file } of readMigrations('duckdb')) {
    if (version <= versions) copyFileSync(join(SOURCE, file), join(copy, file))
    expect(file).toContain(name)
  }
  return copy
}

describeMigrations('duckdb', (work) =>
  withTempDir((folder) => work(`duckdb:${join(folder, 'old.duckdb')}`)),
)

test('a database newer than the program is refused and left as it is', () =>
  withTempDir(async (folder) => {
    const url = join(folder, 'x.duckdb')
    await (await openStore({ url })).close()
    const migrations = { folder: copyOf(folder, 2) }
    await expect(openStore({ url, migrations })).rejects.toMatchObject({ code: 'store.newer' })
    const store = await openStore({ url })
    await store.close()
  }))

test('a migration that was changed after it ran is refused', () =>
  withTempDir(async (folder) => {
    const url = join(folder, 'x.duckdb')
    await (await openStore({ url })).close()
    const copy = copyOf(folder, 99)
    const file = join(copy, '001-accounts.sql')
    writeFileSync(file, `${readFileSync(file, 'utf8')}-- changed`)
    await expect(openStore({ url, migrations: { folder: copy } })).rejects.toMatchObject({
      code: 'store.changed_migration',
    })
  }))

test('a migration that fails half-way leaves nothing behind, and is tried again', () =>
  withTempDir(async (folder) => {
    const db = await openDatabase(join(folder, 'x.duckdb'))
    const copy = copyOf(folder, 2)
    const broken = join(copy, '003-broken.sql')
    writeFileSync(broken, 'create table half (id bigint); insert into nowhere values (1);')
    await expect(migrate(db, { folder: copy })).rejects.toThrow(/nowhere/)
    await expect(db.query('select * from half')).rejects.toThrow(/half/)
    expect(await db.query('select max(version) as v from migrations')).toEqual([{ v: 2 }])
    writeFileSync(broken, 'create table half (id bigint);')
    expect(await migrate(db, { folder: copy })).toBe(3)
    await db.close()
  }))

test('versions are numbered without gap or double over both engines', () => {
  const versions = (['duckdb', 'postgres'] as const).map((dialect) =>
    readMigrations(dialect).map(({ version }) => version),
  )
  for (const list of versions) expect(new Set(list).size).toBe(list.length)
  const all = [...new Set(versions.flat())].sort((a, b) => a - b)
  expect(all).toEqual(all.map((_, index) => index + 1))
})
