import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Database } from 'libsql'
import { identityOfFile } from '../../migrate/plays/identity-of-file.ts'
import type { ImportInput, InputRow } from '../../migrate/plays/import-input.ts'
import { say } from '../../sentences/sentences.ts'
import { PastFileError } from '../model/past-file-error.ts'
import { placedAt, type WatchedServer } from './placed.ts'
import { playFromTautulli, type TautulliRow } from './rows.ts'

const PAGE = 2000

type SqlRow = Readonly<Record<string, unknown>>

/**
 * Columns that are read (`plexpy/__init__.py`, `dbcheck`), by table; older versions lack some of them. Tokens stand in
 * the table of users and are never asked for.
 */
const COLUMNS = {
  h: {
    table: 'session_history',
    names: [
      'id',
      'reference_id',
      'started',
      'stopped',
      'paused_counter',
      'user_id',
      'user',
      'ip_address',
      'player',
      'product',
      'platform',
      'machine_id',
      'location',
    ],
  },
  m: {
    table: 'session_history_metadata',
    names: ['title', 'full_title', 'live', 'channel_title', 'media_type'],
  },
  i: { table: 'session_history_media_info', names: ['transcode_decision'] },
  u: { table: 'users', names: ['friendly_name', 'username'] },
} as const

const columnsOf = (database: Database, table: string): ReadonlySet<string> => {
  const rows: unknown[] = database.prepare(`pragma table_info(${table})`).all()
  return new Set(rows.flatMap((row) => (hasName(row) ? [row.name] : [])))
}

const hasName = (row: unknown): row is { readonly name: string } =>
  typeof row === 'object' && row !== null && 'name' in row && typeof row.name === 'string'

const queryOf = (database: Database): string => {
  const chosen = Object.entries(COLUMNS).flatMap(([alias, { table, names }]) => {
    const there = columnsOf(database, table)
    return names.filter((name) => there.has(name)).map((name) => `${alias}.${name}`)
  })
  if (!chosen.includes('h.id') || !chosen.includes('h.started'))
    throw new PastFileError(say('import.no_tautulli'))
  return (
    `select ${chosen.join(', ')} from session_history h` +
    ' left join session_history_metadata m on m.id = h.id' +
    (chosen.some((column) => column.startsWith('i.'))
      ? ' left join session_history_media_info i on i.id = h.id'
      : '') +
    ' left join users u on u.user_id = h.user_id where h.id > ? order by h.id limit ?'
  )
}

const number = (value: unknown): number | null =>
  value === null || value === undefined || value === '' || !Number.isFinite(Number(value))
    ? null
    : Number(value)

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null

/** What `get_history` would answer for a row: the time played is what lies between start and stop without pauses. */
const historyRow = (row: SqlRow): TautulliRow => {
  const [started, stopped] = [number(row['started']), number(row['stopped'])]
  const paused = number(row['paused_counter']) ?? 0
  const played = started === null || stopped === null ? null : stopped - started - paused
  return {
    ...row,
    row_id: number(row['id']),
    friendly_name: textOf(row['friendly_name']) ?? textOf(row['username']) ?? textOf(row['user']),
    play_duration: played,
  }
}

const problemOf = (row: SqlRow): string | null => {
  if (number(row['user_id']) === null) return 'user_id is missing'
  const started = number(row['started'])
  return started === null || started <= 0 ? 'started is no time' : null
}

const inputRow = (row: SqlRow, watched: WatchedServer): InputRow => {
  const id = Number(row['id'])
  const common = { where: `row ${id}`, raw: row, position: id }
  const problem = problemOf(row)
  if (problem !== null) return { ...common, read: { problem } }
  const play = placedAt(playFromTautulli(historyRow(row), null, null), watched)
  return { ...common, read: { play } }
}

const wordsOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  if (text.includes('not a database')) return 'is not an SQLite database'
  if (text.includes('malformed'))
    return 'is damaged, or was written to while it was read; take a backup that Tautulli made'
  return say('file.unreadable', { code: text })
}

/** Opens a file for reading alone: nothing is locked, written or made beside it. */
const openReadOnly = async (path: string): Promise<Database> => {
  const { default: Libsql } = await import('libsql')
  return new Libsql(`${pathToFileURL(path).href}?immutable=1`, { readonly: true })
}

const isSqlRow = (row: unknown): row is SqlRow => typeof row === 'object' && row !== null

async function* rowsOf(
  path: string,
  after: number,
  watched: WatchedServer,
  seen: (id: number, last: number) => void,
) {
  let database: Database | null = null
  try {
    database = await openReadOnly(path)
    const page = database.prepare(queryOf(database))
    const newest: unknown = database.prepare('select max(id) as last from session_history').get()
    const last = isSqlRow(newest) ? Number(newest['last'] ?? 0) : 0
    let id = after
    for (;;) {
      const rows = page.all(id, PAGE).filter(isSqlRow)
      if (rows.length === 0) return
      id = Number(rows.at(-1)?.['id'])
      for (const row of rows) yield inputRow(row, watched)
      seen(id, last)
    }
  } catch (error) {
    throw error instanceof PastFileError ? error : new PastFileError(wordsOf(error))
  } finally {
    database?.close()
  }
}

/** Bytes of the log beside a database: what Tautulli wrote and has not yet put into the file. */
export const unmergedBytes = (path: string): number =>
  existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0

/**
 * The database file of a Tautulli (SQLite, `tautulli.db`), read page by page and never written, single plays and those of
 * removed users too. Reading throws a {@link PastFileError}.
 */
export const tautulliFile = (path: string, watched: WatchedServer = {}): ImportInput => {
  let fraction: number | null = null
  return {
    kind: 'tautulli',
    name: path,
    identity: identityOfFile('tautulli', path, watched.server ?? '', watched.owner ?? ''),
    fraction: () => fraction,
    rows: (after) =>
      rowsOf(path, after, watched, (id, last) => {
        fraction = last === 0 ? 1 : id / last
      }),
  }
}
