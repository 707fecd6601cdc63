import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDuckdb } from '../../../../control/store/databases/duckdb.ts'
import { rememberReads } from '../../../../control/store/databases/remember-reads.ts'
import type { Database, Sql } from '../../../../control/store/sql/sql.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let folder: Awaited<ReturnType<typeof tempDir>>
let file: Database
let db: Database
let asked: string[]

beforeEach(async () => {
  folder = await tempDir()
  file = await openDuckdb(join(folder.path, 'a.duckdb'))
  asked = []
  db = rememberReads({
    dialect: file.dialect,
    query: async (text, params) => {
      asked.push(text)
      return await file.query(text, params)
    },
    write: async (work) => await file.write(work),
    batches: (text, params) => file.batches(text, params),
    insert: async (table, columns, rows) => await file.insert(table, columns, rows),
    stage: async (table, columns, rows) => await file.stage(table, columns, rows),
    size: async () => await file.size(),
    copyTo: async (to) => await file.copyTo(to),
    close: async () => await file.close(),
  })
  await put('create table words (word text, bytes blob)')
})

afterEach(async () => {
  await db.close()
  await folder.remove()
})

const put = async (text: string): Promise<void> => {
  await db.write(async (tx) => {
    await tx.query(text)
  })
}
const ONE = 'select "word" from words where word = $1'
const wordsOf = async (word: string) => (await db.query(ONE, [word])).map((row) => row['word'])

test('the same question is asked once, until something is written', async () => {
  expect([await wordsOf('a'), await wordsOf('a'), await wordsOf('b')]).toEqual([[], [], []])
  expect(asked).toHaveLength(2)
  await put("insert into words values ('a', null)")
  expect([await wordsOf('a'), await wordsOf('a')]).toEqual([['a'], ['a']])
  expect(asked).toHaveLength(3)
})

test('what is written to another table leaves an answer, and what names no table none', async () => {
  await put('create table others (word text)')
  expect(await wordsOf('a')).toEqual([])
  asked = []
  for (const text of [
    "insert into others values ('a')",
    'update others set word = null',
    'delete from "others" where true',
    'merge into others as t using (select 1 as one) as s on false when not matched then insert values (null)',
  ])
    await put(text)
  await db.write(async (tx) => {
    await tx.insert('others', [{ name: 'word', kind: 'text' }], [['b']])
    await tx.stage('staged', [{ name: 'word', kind: 'text' }], [['b']])
  })
  expect([await wordsOf('a'), asked]).toEqual([[], []])
  for (const text of [
    "with w as (select 1) insert into words values ('a', null)",
    "delete from others; insert into words values ('a', null)",
    "  insert into words values ('a', null)",
    'delete from "words"',
  ]) {
    const before = (await wordsOf('a')).length
    await put(text)
    expect(await wordsOf('a')).toHaveLength(text.startsWith('delete from "') ? 0 : before + 1)
  }
  const both = 'select "word" from others where word in (select word from words)'
  await put("insert into words values ('b', null)")
  await put('delete from others')
  expect(await db.query(both)).toEqual([])
  await put("insert into others values ('b')")
  expect(await db.query(both)).toHaveLength(1)
  await put('delete from words')
  expect(await db.query(both)).toEqual([])
})

test('a transaction answers what it has not written as it is remembered, and then remembers it', async () => {
  await put("insert into words values ('a', null)")
  expect(await wordsOf('a')).toEqual(['a'])
  await put('create table others (word text)')
  const own: string[] = []
  const read = async (tx: Sql) => {
    const rows = await tx.query(ONE, ['a'])
    own.push(...rows.map(({ word }) => String(word)))
  }
  await db.write(async (tx) => {
    await read(tx)
    await tx.query("insert into others values ('x')")
    await tx.write(read)
    await tx.query("update words set word = 'b'")
    await read(tx)
  })
  expect(own).toEqual(['a', 'a'])
  expect([await wordsOf('a'), await wordsOf('b')]).toEqual([[], ['b']])
})

test('what one caller does to its rows, no other sees', async () => {
  await put("insert into words values ('a', null)")
  for (const row of await db.query(ONE, ['a'])) row['word'] = 'changed'
  for (const row of await db.query(ONE, ['a'])) row['word'] = 'changed'
  expect(await wordsOf('a')).toEqual(['a'])
})

test('a transaction sees what it wrote, others do once it is over, and nothing of one that failed', async () => {
  const seenBy = async (sql: Pick<Sql, 'query'>) => (await sql.query(ONE, ['a'])).length
  await db.write(async (tx) => {
    await tx.query("insert into words values ('a', null)")
    expect([await seenBy(tx), await seenBy(db)]).toEqual([1, 0])
  })
  expect(await seenBy(db)).toBe(1)
  const failing = db.write(async (tx) => {
    await tx.query("insert into words values ('a', null)")
    expect(await seenBy(tx)).toBe(2)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await seenBy(db)).toBe(1)
})

test('an answer that was under way when something was written is not kept', async () => {
  const reading = wordsOf('a')
  await put("insert into words values ('a', null)")
  await reading
  expect(await wordsOf('a')).toEqual(['a'])
})

test('long answers, bytes and sums are asked for each time, and of many questions the oldest', async () => {
  await put("insert into words select 'w', null from range(51)")
  await put("insert into words values ('b', 'x'::blob)")
  asked = []
  for (const text of [
    'select "word" from words',
    'select "bytes" from words where word = \'b\'',
    'select count(*) as n from words',
  ]) {
    await db.query(text)
    await db.query(text)
  }
  expect(asked).toHaveLength(6)
  for (let turn = 0; turn < 65; turn += 1) await wordsOf(`none ${turn}`)
  asked = []
  await wordsOf('none 64')
  expect(asked).toEqual([])
  await wordsOf('none 0')
  expect(asked).toEqual([ONE])
})
