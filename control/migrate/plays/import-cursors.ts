import { Compile } from 'typebox/compile'
import type { Collection } from '../../store/tables/collection.ts'
import type { ImportCursor, Json } from '../../store/tables/records.ts'
import { IMPORT_STATE, type ImportState } from './import-state.ts'

const PREFIX = 'import '
const states = Compile(IMPORT_STATE)
const MOST = 1000

/** Imports by id, as far as they are. */
export interface ImportCursors {
  get(id: string): Promise<ImportState | null>
  put(state: ImportState): Promise<void>
  /** False where there is none. */
  remove(id: string): Promise<boolean>
  /** Every import, the one last heard of first. */
  list(): Promise<ImportState[]>
}

const stateOf = (value: Json): ImportState[] => {
  const known: unknown = value
  return states.Check(known) ? [known] : []
}

/** Imports kept in the table of cursors; `changed` is called with the id of one that has gone on, ended or was removed. */
export const createImportCursors = (
  cursors: Pick<Collection<ImportCursor>, 'get' | 'put' | 'list' | 'remove'>,
  changed: (id: string) => void = () => undefined,
): ImportCursors => ({
  get: async (id) => {
    const row = await cursors.get(PREFIX + id)
    return row === null ? null : (stateOf(row.value)[0] ?? null)
  },
  put: async (state) => {
    const value: Json = JSON.parse(JSON.stringify(state))
    await cursors.put({ source: PREFIX + state.id, value, updatedAt: state.updatedAt })
    changed(state.id)
  },
  remove: async (id) => {
    const isRemoved = await cursors.remove(PREFIX + id)
    changed(id)
    return isRemoved
  },
  list: async () => {
    const { rows } = await cursors.list({ limit: MOST })
    const imports = rows.filter(({ source }) => source.startsWith(PREFIX))
    return imports.flatMap(({ value }) => stateOf(value)).sort((a, b) => b.updatedAt - a.updatedAt)
  },
})
