import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InputRow } from '../../../../control/migrate/plays/import-input.ts'
import { tautulliFile } from '../../../../control/sources/tautulli/database-file.ts'
import { tempDir } from '../../../support/cleanup.ts'
import {
  DATABASE_TOKEN,
  writeTautulliDatabase,
} from '../../../support/media-servers/tautulli-database.ts'

let folder: { path: string; remove: () => Promise<void> }
let path: string
beforeEach(async () => {
  folder = await tempDir()
  path = join(folder.path, 'tautulli #1?.db')
})
afterEach(async () => {
  chmodSync(folder.path, 0o700)
  await folder.remove()
})

const read = async (from = 0, server?: string, owner?: string): Promise<InputRow[]> => {
  const rows = []
  for await (const row of tautulliFile(path, { server, owner }).rows(from)) rows.push(row)
  return rows
}

const plays = (rows: readonly InputRow[]) =>
  rows.flatMap(({ read: one }) => ('play' in one ? [one.play] : []))

test('single plays come with names and times, those of removed users too', async () => {
  const rows = [
    {
      id: 3,
      started: 1_760_000_000,
      stopped: 1_760_003_600,
      paused: 600,
      ip: '::ffff:198.51.100.7',
      decision: 'copy',
    },
    { id: 9, user: 99, title: 'A Show - One', location: 'lan', media: 'track' },
  ]
  writeTautulliDatabase(path, rows, [1])
  expect(plays(await read(0, 'house', '1'))).toMatchObject([
    {
      id: '3',
      source: 'tautulli:house',
      account: 'server:house:1',
      accountName: 'user 1',
      address: '198.51.100.7',
      device: 'phone',
      client: 'Plex for Android',
      title: 'A Film',
      startedAt: 1_760_000_000_000,
      endedAt: 1_760_003_600_000,
      playedMs: 3_000_000,
      delivery: 'direct stream',
      isMusic: false,
    },
    {
      id: '9',
      account: 'server:house:99',
      accountName: 'u99',
      isLan: true,
      title: 'A Show - One',
      delivery: null,
      isMusic: true,
    },
  ])
  const [own] = plays(await read(3))
  expect(own).toMatchObject({ id: '9', source: 'tautulli', account: 'backend:tautulli:99' })
})

test('the file and its folder stay as they are, also where they may not be written to', async () => {
  writeTautulliDatabase(
    path,
    Array.from({ length: 4100 }, (_, i) => ({ id: i + 1 })),
    [1],
  )
  const before = readFileSync(path)
  const beside = readdirSync(folder.path)
  chmodSync(path, 0o400)
  chmodSync(folder.path, 0o500)
  const input = tautulliFile(path)
  let rows = 0
  for await (const row of input.rows(0)) {
    rows += 1
    expect(JSON.stringify(row)).not.toContain(DATABASE_TOKEN)
  }
  expect({ rows, fraction: input.fraction() }).toEqual({ rows: 4100, fraction: 1 })
  expect(readdirSync(folder.path)).toEqual(beside)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('a row without user or start is bad, and says why', async () => {
  writeTautulliDatabase(path, [{ id: 1, user: null }, { id: 2, started: null }, { id: 4 }], [1])
  const rows = await read()
  expect(
    rows.map(({ where, read: one }) => [where, 'problem' in one ? one.problem : 'good']),
  ).toEqual([
    ['row 1', 'user_id is missing'],
    ['row 2', 'started is no time'],
    ['row 4', 'good'],
  ])
})

test('what is no database of a Tautulli is said in words', async () => {
  writeFileSync(path, 'no database at all, but long enough to have a header of its own '.repeat(20))
  await expect(read()).rejects.toThrow('is not an SQLite database')
  writeTautulliDatabase(path.replace('#1', '#2'), [{ id: 1 }], [])
  const damaged = readFileSync(path.replace('#1', '#2'))
  writeFileSync(path, damaged.fill(0x55, 4096, 8192 * 2))
  await expect(read()).rejects.toThrow(/damaged|no session_history|cannot be read/)
})
