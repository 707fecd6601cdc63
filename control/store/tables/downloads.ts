import type { Sql } from '../sql/sql.ts'
import { createCollection } from './collection.ts'
import type { Download } from './records.ts'
import type { DownloadStore } from './stores.ts'
import { TABLES } from './tables.ts'

const STAGE = 'used_downloads'
const { columns, select, toRow } = TABLES.downloads

const MARK =
  'update downloads as d set first_used_at = u.first_used_at, first_network = u.first_network,' +
  ` first_address = u.first_address, user_agent = u.user_agent from ${STAGE} as u` +
  ' where d.id = u.id and d.first_used_at is null'
const ADD = `insert into downloads (${select}) select ${select} from ${STAGE} where true on conflict (id) do nothing`

/** One record per copy: its first use. */
const firstUses = (copies: readonly Download[]): Download[] => {
  const first = new Map<string, Download>()
  for (const copy of copies) if (!first.has(copy.id)) first.set(copy.id, copy)
  return [...first.values()]
}

/** Copies of playlists over a database, or over one transaction of it. */
export function createDownloads(sql: Sql): DownloadStore {
  const table = createCollection(sql, TABLES.downloads)
  return {
    ...table,
    recordUses: async (copies) => {
      if (copies.length === 0) return
      await sql.write(async (tx) => {
        await tx.stage(STAGE, columns, firstUses(copies).map(toRow))
        await tx.query(MARK)
        await tx.query(ADD)
      })
    },
    revoke: (id, at) => table.change(id, { revokedAt: at }, 'revoked_at is null'),
    revoked: () => table.all('revoked_at is not null order by revoked_at, id', []),
  }
}
