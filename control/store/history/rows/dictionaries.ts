import { createHash } from 'node:crypto'
import type { Column, Sql, SqlValue } from '../../sql/sql.ts'
import { quoted } from '../../sql/sql.ts'
import { PLAYS, type StoredPlay } from './play-table.ts'

type Field = keyof StoredPlay

/** A table of texts that many plays share, and the column of a play's row that refers to it. */
interface Dictionary {
  readonly table: string
  readonly reference: string
  readonly fields: readonly Field[]
}

/** Fields that change together stand together, so that a play refers to few entries. */
export const DICTIONARIES: readonly Dictionary[] = [
  {
    table: 'play_accounts',
    reference: 'account',
    fields: ['account', 'accountKey', 'accountName', 'group'],
  },
  { table: 'play_networks', reference: 'network', fields: ['address', 'network', 'isLan'] },
  {
    table: 'play_places',
    reference: 'place',
    fields: ['country', 'region', 'city', 'latitude', 'longitude', 'accuracyKm', 'asn', 'asnOrg'],
  },
  {
    table: 'play_devices',
    reference: 'device',
    fields: ['device', 'platform', 'client', 'player', 'agent'],
  },
  { table: 'play_titles', reference: 'title', fields: ['channel', 'title', 'isLive'] },
  {
    table: 'play_kinds',
    reference: 'kind',
    fields: ['source', 'reason', 'door', 'timing', 'isMusic', 'delivery'],
  },
]

/** Where a field stands in a row of `PLAYS`. */
export const positionOf = (field: Field): number =>
  PLAYS.columns.findIndex(({ name }) => name === PLAYS.field(field)?.name)

const MONTHS: Column = { name: 'last_month', kind: 'int' }
const HASH: Column = { name: 'hash', kind: 'bytes' }

interface Entry {
  readonly hash: Buffer
  readonly values: readonly SqlValue[]
  /** The newest month (counted from 1970) of a play that refers to it. */
  month: number
}

/** A batch's entries, each once, and which of them each row has. */
const entriesOf = (
  { fields }: Dictionary,
  rows: readonly SqlValue[][],
  months: readonly number[],
): { readonly entries: readonly Entry[]; readonly ofRow: readonly Entry[] } => {
  const positions = fields.map(positionOf)
  const entries = new Map<string, Entry>()
  const ofRow = rows.map((row, index) => {
    const values = positions.map((position) => row[position] ?? null)
    const text = JSON.stringify(values)
    const month = months[index] ?? 0
    let entry = entries.get(text)
    if (entry === undefined) {
      const hash = createHash('sha256').update(text).digest().subarray(0, 16)
      entry = { hash, values, month }
      entries.set(text, entry)
    }
    entry.month = Math.max(entry.month, month)
    return entry
  })
  return { entries: [...entries.values()], ofRow }
}

const nameOf = (hash: SqlValue | undefined): string =>
  hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : ''

/** Adds what a dictionary lacks; answers the number of each row's entry. */
const referTo = async (
  tx: Sql,
  dictionary: Dictionary,
  rows: readonly SqlValue[][],
  months: readonly number[],
): Promise<number[]> => {
  const { table, fields } = dictionary
  const { entries, ofRow } = entriesOf(dictionary, rows, months)
  const ids = new Map<string, number>()
  const monthOf = new Map<string, number>()
  const read = async (wanted: readonly Entry[]): Promise<void> => {
    const found = await tx.query(
      `select id, hash, last_month from ${table} where hash in (select decode(unnest($1::text[]), 'hex'))`,
      [wanted.map(({ hash }) => hash.toString('hex'))],
    )
    for (const row of found) {
      ids.set(nameOf(row['hash']), Number(row['id']))
      monthOf.set(nameOf(row['hash']), Number(row['last_month']))
    }
  }
  await read(entries)
  const missing = entries.filter(({ hash }) => !ids.has(nameOf(hash)))
  if (missing.length > 0) {
    const columns = fields.map((field) => PLAYS.columns[positionOf(field)] ?? HASH)
    const values = missing.map((entry) => [entry.hash, entry.month, ...entry.values])
    await tx.insert(table, [HASH, MONTHS, ...columns], values)
    await read(missing)
  }
  const old = entries.filter((entry) => (monthOf.get(nameOf(entry.hash)) ?? 0) < entry.month)
  if (old.length > 0)
    await tx.query(
      `update ${table} as t set last_month = u.month from unnest($1::integer[], $2::integer[]) as u (id, month) where t.id = u.id`,
      [old.map(({ hash }) => ids.get(nameOf(hash)) ?? 0), old.map(({ month }) => month)],
    )
  return ofRow.map(({ hash }) => ids.get(nameOf(hash)) ?? 0)
}

/** The numbers of every row's entries, a list per dictionary. */
export const refer = async (
  tx: Sql,
  rows: readonly SqlValue[][],
  months: readonly number[],
): Promise<number[][]> => {
  const references: number[][] = []
  for (const dictionary of DICTIONARIES)
    references.push(await referTo(tx, dictionary, rows, months))
  return references
}

/** Deletes entries that no play has referred to since before a month. */
export const forgetEntries = async (tx: Sql, firstMonth: number): Promise<void> => {
  const texts = DICTIONARIES.map(
    ({ table }) => `delete from ${quoted(table)} where last_month < ${firstMonth}`,
  )
  await tx.query(texts.join('; '))
}
