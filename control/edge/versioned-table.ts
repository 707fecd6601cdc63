import { createHash } from 'node:crypto'
import type { TablePage } from '#domain/channels/protocol'

/** A table that edges load: networks or channels. Its version is a hash of the content, and so the same after a restart. */
export interface VersionedTable {
  version(): string
  /** Replaces the content; returns whether it has changed. */
  replace(rows: ReadonlyMap<string, string>): boolean
  /** A page of the difference from a version to the present one; `null` = of the whole table. */
  page(from: string | null, cursor: number): TablePage
  get(key: string): string | undefined
  size(): number
}

interface Generation {
  readonly version: string
  readonly rows: ReadonlyMap<string, string>
}

interface Changes {
  readonly set: readonly (readonly [string, string])[]
  readonly delete: readonly string[]
}

const PAGE_ROWS = 1000
const PAGE_BYTES = 512 * 1024
const KEPT_GENERATIONS = 4

const versionOf = (rows: ReadonlyMap<string, string>): string => {
  const hash = createHash('sha256')
  for (const key of [...rows.keys()].sort()) hash.update(`${key}\0${rows.get(key) ?? ''}\0`)
  return hash.digest('base64url').slice(0, 16)
}

const difference = (
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Changes => ({
  set: [...now].filter(([key, value]) => old.get(key) !== value),
  delete: [...old.keys()].filter((key) => !now.has(key)),
})

/** A page of changes, small enough not to block an edge's worker. */
const cut = (changes: Changes, cursor: number): Omit<TablePage, 'from' | 'to'> => {
  const rows: [string, string][] = []
  let index = cursor
  let bytes = 0
  while (index < changes.set.length && index - cursor < PAGE_ROWS && bytes < PAGE_BYTES) {
    const row = changes.set[index]
    if (row) {
      rows.push([row[0], row[1]])
      bytes += row[0].length + row[1].length
    }
    index += 1
  }
  const isLast = index >= changes.set.length
  return {
    set: Object.fromEntries(rows),
    delete: isLast ? changes.delete : [],
    next: isLast ? null : index,
  }
}

/** Creates an empty table; it keeps recent versions for differences. */
export const createVersionedTable = (): VersionedTable => {
  let generations: Generation[] = [{ version: versionOf(new Map()), rows: new Map() }]
  const differences = new Map<string, Changes>()
  const present = (): Generation => generations[0] ?? { version: '', rows: new Map() }

  const changesFrom = (from: string | null): Changes => {
    const old = from === null ? undefined : generations.find(({ version }) => version === from)
    const key = `${old?.version ?? ''}>${present().version}`
    const known = differences.get(key)
    if (known) return known
    const changes = difference(old?.rows ?? new Map<string, string>(), present().rows)
    differences.set(key, changes)
    return changes
  }

  return {
    version: () => present().version,
    get: (key) => present().rows.get(key),
    size: () => present().rows.size,
    replace: (rows) => {
      const version = versionOf(rows)
      if (version === present().version) return false
      generations = [{ version, rows }, ...generations].slice(0, KEPT_GENERATIONS)
      differences.clear()
      return true
    },
    page: (from, cursor) => {
      const isKnown = from !== null && generations.some(({ version }) => version === from)
      const base = isKnown ? from : null
      return { from: base, to: present().version, ...cut(changesFrom(base), cursor) }
    },
  }
}
