import Database from 'libsql'

/** A row of `session_history` with what its item and user are called; what is left out is usual. */
export interface DatabaseRow {
  readonly id: number
  readonly started?: number | null
  readonly stopped?: number
  readonly paused?: number
  readonly user?: number | null
  readonly ip?: string
  readonly device?: string
  readonly title?: string
  readonly live?: number
  readonly location?: string
  readonly decision?: string
  readonly media?: string
}

const USUAL = {
  paused: 0,
  user: 1,
  ip: '203.0.113.7',
  device: 'phone',
  title: 'A Film',
  live: 0,
  location: 'wan',
  media: 'movie',
}

/** A token no output may show. */
export const DATABASE_TOKEN = 'tokentokentokentoken'

const TABLES = `
create table session_history (id integer primary key, reference_id integer, started integer, stopped integer,
  rating_key integer, user_id integer, user text, ip_address text, paused_counter integer default 0, player text,
  product text, product_version text, platform text, machine_id text, bandwidth integer, location text, secure integer,
  relayed integer, media_type text, view_offset integer default 0);
create table session_history_metadata (id integer primary key, rating_key integer, title text, full_title text,
  media_type text, live integer, channel_call_sign text, channel_title text, summary text);
create table session_history_media_info (id integer primary key, rating_key integer, video_decision text,
  audio_decision text, transcode_decision text, container text);
create table users (id integer primary key, user_id integer unique, username text not null, friendly_name text,
  email text, is_active integer default 1, deleted_user integer default 0, user_token text, server_token text);
create table version_info (key text unique, value text);`

/** Writes the database file of a Tautulli (`plexpy/__init__.py`, `dbcheck`), in the journal mode Tautulli keeps it in. */
export const writeTautulliDatabase = (
  path: string,
  rows: readonly DatabaseRow[],
  users: readonly number[],
): void => {
  const database = new Database(path)
  database.exec('pragma journal_mode = wal')
  database.exec(TABLES)
  const person = database.prepare(
    'insert into users (user_id, username, friendly_name, user_token, server_token) values (?, ?, ?, ?, ?)',
  )
  for (const id of users) person.run(id, `u${id}`, `user ${id}`, DATABASE_TOKEN, DATABASE_TOKEN)
  const play = database.prepare(
    'insert into session_history (id, reference_id, started, stopped, user_id, user, ip_address, paused_counter, player,' +
      ' product, platform, machine_id, location) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const item = database.prepare(
    'insert into session_history_metadata (id, title, full_title, live, summary, media_type) values (?, ?, ?, ?, ?, ?)',
  )
  const info = database.prepare(
    'insert into session_history_media_info (id, transcode_decision) values (?, ?)',
  )
  database.exec('begin')
  for (const row of rows) {
    const { id, user, ip, paused, device, location, title, live, media } = { ...USUAL, ...row }
    const started = row.started === undefined ? 1_760_000_000 + id * 7200 : row.started
    const stopped = row.stopped ?? (started ?? 0) + 1800
    const who = ['Phone', 'Plex for Android', 'Android', device, location]
    play.run(id, id, started, stopped, user, `u${user}`, ip, paused, ...who)
    item.run(id, title, title, live, 'x'.repeat(600), media)
    if (row.decision !== undefined) info.run(id, row.decision)
  }
  database.exec('commit')
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
}
